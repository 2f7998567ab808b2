CREATE TRIGGER carried_no_update BEFORE UPDATE ON "carried"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER carried_no_delete BEFORE DELETE ON "carried"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER carried_no_truncate BEFORE TRUNCATE ON "carried"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER account_carried_no_update BEFORE UPDATE ON "account_carried"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER account_carried_no_delete BEFORE DELETE ON "account_carried"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER account_carried_no_truncate BEFORE TRUNCATE ON "account_carried"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER period_total_no_update BEFORE UPDATE ON "period_total"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER period_total_no_delete BEFORE DELETE ON "period_total"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
--
CREATE TRIGGER period_total_no_truncate BEFORE TRUNCATE ON "period_total"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a closed period left cannot be changed')
