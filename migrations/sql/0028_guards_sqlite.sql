CREATE TRIGGER bank_account_no_delete BEFORE DELETE ON "bank_account"
BEGIN SELECT RAISE(ABORT, 'bank details are ended, not deleted'); END
--
CREATE TRIGGER bank_account_as_entered BEFORE UPDATE OF "beneficiary", "holder", "masked", "source", "is_from_payee", "entered_at", "entered_by", "entered_by_id" ON "bank_account"
BEGIN SELECT RAISE(ABORT, 'bank details stay as they were entered'); END
--
CREATE TRIGGER bank_account_event_no_update BEFORE UPDATE ON "bank_account_event"
BEGIN SELECT RAISE(ABORT, 'the history of bank details is append-only'); END
--
CREATE TRIGGER bank_account_event_no_delete BEFORE DELETE ON "bank_account_event"
BEGIN SELECT RAISE(ABORT, 'the history of bank details is append-only'); END
--
DROP TRIGGER payment_file_no_update
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE OF "id", "batch_id", "format", "name", "day", "amounts", "fingerprint", "made_at", "made_by" ON "payment_file"
BEGIN SELECT RAISE(ABORT, 'a payment file stays as it was made'); END
