CREATE TRIGGER carried_no_update BEFORE UPDATE ON "carried"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
--
CREATE TRIGGER carried_no_delete BEFORE DELETE ON "carried"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
--
CREATE TRIGGER account_carried_no_update BEFORE UPDATE ON "account_carried"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
--
CREATE TRIGGER account_carried_no_delete BEFORE DELETE ON "account_carried"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
--
CREATE TRIGGER period_total_no_update BEFORE UPDATE ON "period_total"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
--
CREATE TRIGGER period_total_no_delete BEFORE DELETE ON "period_total"
BEGIN SELECT RAISE(ABORT, 'what a closed period left cannot be changed'); END
