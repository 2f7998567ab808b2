CREATE TRIGGER payment_batch_no_update BEFORE UPDATE ON "payment_batch"
BEGIN SELECT RAISE(ABORT, 'a proposal stays as it was prepared'); END
--
CREATE TRIGGER payment_batch_no_delete BEFORE DELETE ON "payment_batch"
BEGIN SELECT RAISE(ABORT, 'a proposal stays: void its payments'); END
--
CREATE TRIGGER payment_no_delete BEFORE DELETE ON "payment"
BEGIN SELECT RAISE(ABORT, 'a payment stays: void it'); END
--
CREATE TRIGGER payment_same_amount BEFORE UPDATE OF "batch_id", "beneficiary", "currency", "gross" ON "payment" WHEN OLD.state NOT IN ('proposed', 'approved')
BEGIN SELECT RAISE(ABORT, 'a payment that was sent stays as it was'); END
--
CREATE TRIGGER payment_not_again BEFORE UPDATE OF "state" ON "payment" WHEN OLD.state IN ('returned', 'voided') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a payment that came back or was voided has ended'); END
--
CREATE TRIGGER payment_event_no_update BEFORE UPDATE ON "payment_event"
BEGIN SELECT RAISE(ABORT, 'the history of a payment is append-only'); END
--
CREATE TRIGGER payment_event_no_delete BEFORE DELETE ON "payment_event"
BEGIN SELECT RAISE(ABORT, 'the history of a payment is append-only'); END
--
CREATE TRIGGER payment_part_no_update BEFORE UPDATE ON "payment_part"
BEGIN SELECT RAISE(ABORT, 'what a payment settles is written anew, not changed'); END
--
CREATE TRIGGER payment_part_no_insert BEFORE INSERT ON "payment_part"
WHEN (SELECT state FROM "payment" WHERE id = NEW.payment_id) <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'what an approved payment settles stays as it is'); END
--
CREATE TRIGGER payment_part_no_delete BEFORE DELETE ON "payment_part"
WHEN (SELECT state FROM "payment" WHERE id = OLD.payment_id) <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'what an approved payment settles stays as it is'); END
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON "payment_file"
BEGIN SELECT RAISE(ABORT, 'a payment file stays as it was made'); END
--
CREATE TRIGGER payment_file_no_delete BEFORE DELETE ON "payment_file"
BEGIN SELECT RAISE(ABORT, 'a payment file stays as it was made'); END
