CREATE TRIGGER note_no_delete BEFORE DELETE ON "note"
BEGIN SELECT RAISE(ABORT, 'a note stays: withdraw it'); END
--
CREATE TRIGGER note_same_words BEFORE UPDATE OF "kind", "question_id", "text", "at", "by", "person_id" ON "note"
BEGIN SELECT RAISE(ABORT, 'a note stays as it was written'); END
--
CREATE TRIGGER note_file_no_update BEFORE UPDATE ON "note_file"
BEGIN SELECT RAISE(ABORT, 'a file of a note stays as it came'); END
--
CREATE TRIGGER note_file_no_delete BEFORE DELETE ON "note_file"
BEGIN SELECT RAISE(ABORT, 'a file of a note stays as it came'); END
--
CREATE TRIGGER note_event_no_update BEFORE UPDATE ON "note_event"
BEGIN SELECT RAISE(ABORT, 'the history of a note is append-only'); END
--
CREATE TRIGGER note_event_no_delete BEFORE DELETE ON "note_event"
BEGIN SELECT RAISE(ABORT, 'the history of a note is append-only'); END
