CREATE TRIGGER bank_import_no_update BEFORE UPDATE ON "bank_import"
BEGIN SELECT RAISE(ABORT, 'what a bank told stays as it was imported'); END
--
CREATE TRIGGER bank_import_no_delete BEFORE DELETE ON "bank_import"
BEGIN SELECT RAISE(ABORT, 'what a bank told stays as it was imported'); END
--
CREATE TRIGGER bank_line_same BEFORE UPDATE OF "import_id", "row", "kind", "key", "day", "amount", "currency", "reference", "text", "code", "bank_id", "account" ON "bank_line"
BEGIN SELECT RAISE(ABORT, 'what a bank told stays as it was imported'); END
--
CREATE TRIGGER bank_line_not_again BEFORE UPDATE OF "outcome", "words" ON "bank_line" WHEN OLD.outcome IN ('settled', 'returned', 'noted', 'known')
BEGIN SELECT RAISE(ABORT, 'what a bank told counts once'); END
--
CREATE TRIGGER bank_line_no_delete BEFORE DELETE ON "bank_line"
BEGIN SELECT RAISE(ABORT, 'what a bank told stays as it was imported'); END
