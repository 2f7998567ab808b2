CREATE TRIGGER document_no_delete BEFORE DELETE ON "document"
BEGIN SELECT RAISE(ABORT, 'a kept statement stays: take it back with a reason'); END
--
CREATE TRIGGER document_same_file BEFORE UPDATE OF "name", "type", "sha256", "size", "at", "by" ON "document"
BEGIN SELECT RAISE(ABORT, 'a kept statement stays as it came'); END
--
CREATE TRIGGER document_event_no_update BEFORE UPDATE ON "document_event"
BEGIN SELECT RAISE(ABORT, 'the history of a kept statement is append-only'); END
--
CREATE TRIGGER document_event_no_delete BEFORE DELETE ON "document_event"
BEGIN SELECT RAISE(ABORT, 'the history of a kept statement is append-only'); END
