CREATE TRIGGER brought_in_no_update BEFORE UPDATE ON "brought_in"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER brought_in_no_delete BEFORE DELETE ON "brought_in"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER brought_in_not_in_closed BEFORE INSERT ON "brought_in" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
