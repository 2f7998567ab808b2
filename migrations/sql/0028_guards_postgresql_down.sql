DROP TRIGGER payment_file_no_update ON "payment_file"
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON "payment_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a payment file stays as it was made')
