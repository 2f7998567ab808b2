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
