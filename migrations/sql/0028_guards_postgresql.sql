CREATE TRIGGER bank_account_no_delete BEFORE DELETE ON "bank_account"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('bank details are ended, not deleted')
--
CREATE TRIGGER bank_account_no_truncate BEFORE TRUNCATE ON "bank_account"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('bank details are ended, not deleted')
--
CREATE TRIGGER bank_account_as_entered BEFORE UPDATE OF "beneficiary", "holder", "masked", "source", "is_from_payee", "entered_at", "entered_by", "entered_by_id" ON "bank_account"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('bank details stay as they were entered')
--
CREATE TRIGGER bank_account_event_no_update BEFORE UPDATE ON "bank_account_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of bank details is append-only')
--
CREATE TRIGGER bank_account_event_no_delete BEFORE DELETE ON "bank_account_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of bank details is append-only')
--
CREATE TRIGGER bank_account_event_no_truncate BEFORE TRUNCATE ON "bank_account_event"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('the history of bank details is append-only')
--
DROP TRIGGER payment_file_no_update ON "payment_file"
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE OF "id", "batch_id", "format", "name", "day", "amounts", "fingerprint", "made_at", "made_by" ON "payment_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a payment file stays as it was made')
