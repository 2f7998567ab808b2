DROP TRIGGER payment_file_no_update
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON "payment_file"
BEGIN SELECT RAISE(ABORT, 'a payment file stays as it was made'); END
