CREATE TRIGGER document_no_delete BEFORE DELETE ON "document"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a kept statement stays: take it back with a reason')
--
CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON "document"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a kept statement stays: take it back with a reason')
--
CREATE TRIGGER document_same_file BEFORE UPDATE OF "name", "type", "sha256", "size", "at", "by" ON "document"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a kept statement stays as it came')
--
CREATE TRIGGER document_event_no_update BEFORE UPDATE ON "document_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a kept statement is append-only')
--
CREATE TRIGGER document_event_no_delete BEFORE DELETE ON "document_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a kept statement is append-only')
--
CREATE TRIGGER document_event_no_truncate BEFORE TRUNCATE ON "document_event"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('the history of a kept statement is append-only')
