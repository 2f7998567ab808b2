CREATE TRIGGER bank_import_no_update BEFORE UPDATE ON "bank_import"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
--
CREATE TRIGGER bank_import_no_delete BEFORE DELETE ON "bank_import"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
--
CREATE TRIGGER bank_line_same BEFORE UPDATE OF "import_id", "row", "kind", "key", "day", "amount", "currency", "reference", "text", "code", "bank_id", "account" ON "bank_line"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
--
CREATE TRIGGER bank_line_not_again BEFORE UPDATE OF "outcome", "words" ON "bank_line"
FOR EACH ROW WHEN (OLD.outcome IN ('settled', 'returned', 'noted', 'known')) EXECUTE FUNCTION royalties_refuse('what a bank told counts once')
--
CREATE TRIGGER bank_line_no_delete BEFORE DELETE ON "bank_line"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
--
CREATE TRIGGER bank_import_no_truncate BEFORE TRUNCATE ON "bank_import"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
--
CREATE TRIGGER bank_line_no_truncate BEFORE TRUNCATE ON "bank_line"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a bank told stays as it was imported')
