CREATE TRIGGER note_no_delete BEFORE DELETE ON "note"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a note stays: withdraw it')
--
CREATE TRIGGER note_no_truncate BEFORE TRUNCATE ON "note"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a note stays: withdraw it')
--
CREATE TRIGGER note_same_words BEFORE UPDATE OF "kind", "question_id", "text", "at", "by", "person_id" ON "note"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a note stays as it was written')
--
CREATE TRIGGER note_file_no_update BEFORE UPDATE ON "note_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a file of a note stays as it came')
--
CREATE TRIGGER note_file_no_delete BEFORE DELETE ON "note_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a file of a note stays as it came')
--
CREATE TRIGGER note_file_no_truncate BEFORE TRUNCATE ON "note_file"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a file of a note stays as it came')
--
CREATE TRIGGER note_event_no_update BEFORE UPDATE ON "note_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a note is append-only')
--
CREATE TRIGGER note_event_no_delete BEFORE DELETE ON "note_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a note is append-only')
--
CREATE TRIGGER note_event_no_truncate BEFORE TRUNCATE ON "note_event"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('the history of a note is append-only')
