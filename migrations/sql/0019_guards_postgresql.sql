CREATE TRIGGER brought_in_no_update BEFORE UPDATE ON "brought_in"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER brought_in_no_delete BEFORE DELETE ON "brought_in"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER brought_in_no_truncate BEFORE TRUNCATE ON "brought_in"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER brought_in_not_in_closed BEFORE INSERT ON "brought_in"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
