CREATE TRIGGER log_no_update BEFORE UPDATE ON "log"
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
--
CREATE TRIGGER log_no_delete BEFORE DELETE ON "log"
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
--
CREATE TRIGGER revision_no_update BEFORE UPDATE ON "revision"
BEGIN SELECT RAISE(ABORT, 'revisions are append-only: load a new one'); END
--
CREATE TRIGGER revision_no_delete BEFORE DELETE ON "revision"
BEGIN SELECT RAISE(ABORT, 'revisions are append-only: load a new one'); END
--
CREATE TRIGGER closed_run_no_update BEFORE UPDATE ON "closed_run"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER closed_run_no_delete BEFORE DELETE ON "closed_run"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER contract_close_no_update BEFORE UPDATE ON "contract_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER contract_close_no_delete BEFORE DELETE ON "contract_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER earned_line_no_update BEFORE UPDATE ON "earned_line"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER earned_line_no_delete BEFORE DELETE ON "earned_line"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER counter_close_no_update BEFORE UPDATE ON "counter_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER counter_close_no_delete BEFORE DELETE ON "counter_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER cap_close_no_update BEFORE UPDATE ON "cap_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER cap_close_no_delete BEFORE DELETE ON "cap_close"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER reserve_release_no_update BEFORE UPDATE ON "reserve_release"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER reserve_release_no_delete BEFORE DELETE ON "reserve_release"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER allocation_no_update BEFORE UPDATE ON "allocation"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER allocation_no_delete BEFORE DELETE ON "allocation"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER settlement_no_update BEFORE UPDATE ON "settlement"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER settlement_no_delete BEFORE DELETE ON "settlement"
BEGIN SELECT RAISE(ABORT, 'a closed run cannot be changed'); END
--
CREATE TRIGGER statement_no_update BEFORE UPDATE ON "statement"
BEGIN SELECT RAISE(ABORT, 'an issued statement cannot be changed'); END
--
CREATE TRIGGER statement_no_delete BEFORE DELETE ON "statement"
BEGIN SELECT RAISE(ABORT, 'an issued statement cannot be changed'); END
--
CREATE TRIGGER issued_no_update BEFORE UPDATE ON "issued"
BEGIN SELECT RAISE(ABORT, 'an issued file cannot be changed'); END
--
CREATE TRIGGER issued_no_delete BEFORE DELETE ON "issued"
BEGIN SELECT RAISE(ABORT, 'an issued file cannot be changed'); END
--
CREATE TRIGGER posting_no_update BEFORE UPDATE ON "posting"
BEGIN SELECT RAISE(ABORT, 'postings cannot be changed: post a reversal'); END
--
CREATE TRIGGER posting_no_delete BEFORE DELETE ON "posting"
BEGIN SELECT RAISE(ABORT, 'postings cannot be changed: post a reversal'); END
--
CREATE TRIGGER entry_no_delete BEFORE DELETE ON "entry"
BEGIN SELECT RAISE(ABORT, 'an entry cannot be deleted: post a reversal'); END
--
CREATE TRIGGER entry_no_update BEFORE UPDATE ON "entry" WHEN OLD.sealed = 1
BEGIN SELECT RAISE(ABORT, 'a sealed entry cannot be changed: post a reversal'); END
--
CREATE TRIGGER entry_starts_open BEFORE INSERT ON "entry" WHEN NEW.sealed <> 0
BEGIN SELECT RAISE(ABORT, 'an entry is sealed after its postings'); END
--
CREATE TRIGGER entry_balances BEFORE UPDATE ON "entry" WHEN NEW.sealed = 1 AND ((SELECT count(*) FROM posting WHERE entry_id = NEW.id) < 2
    OR EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0))
BEGIN SELECT RAISE(ABORT, 'an entry must balance in each currency and have two postings'); END
--
CREATE TRIGGER posting_not_in_sealed BEFORE INSERT ON "posting" WHEN (SELECT sealed FROM entry WHERE id = NEW.entry_id) = 1
BEGIN SELECT RAISE(ABORT, 'a sealed entry takes no more postings'); END
--
CREATE TRIGGER closed_run_not_in_closed BEFORE INSERT ON "closed_run" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER contract_close_not_in_closed BEFORE INSERT ON "contract_close" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER earned_line_not_in_closed BEFORE INSERT ON "earned_line" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER counter_close_not_in_closed BEFORE INSERT ON "counter_close" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER cap_close_not_in_closed BEFORE INSERT ON "cap_close" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER reserve_release_not_in_closed BEFORE INSERT ON "reserve_release" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER allocation_not_in_closed BEFORE INSERT ON "allocation" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER settlement_not_in_closed BEFORE INSERT ON "settlement" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER statement_not_in_closed BEFORE INSERT ON "statement" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER entry_not_in_closed BEFORE INSERT ON "entry" WHEN (SELECT status FROM period WHERE id = NEW.period_id) = 'closed'
BEGIN SELECT RAISE(ABORT, 'the period is closed: record it in the open one'); END
--
CREATE TRIGGER period_no_update BEFORE UPDATE ON "period" WHEN OLD.status = 'closed'
BEGIN SELECT RAISE(ABORT, 'a closed period cannot be changed'); END
--
CREATE TRIGGER period_no_delete BEFORE DELETE ON "period" WHEN OLD.status = 'closed'
BEGIN SELECT RAISE(ABORT, 'a closed period cannot be changed'); END
--
CREATE TRIGGER batch_no_delete BEFORE DELETE ON "batch"
BEGIN SELECT RAISE(ABORT, 'a batch is never deleted: undo it'); END
--
CREATE TRIGGER batch_no_update BEFORE UPDATE ON "batch" WHEN OLD.status = 'undone'
BEGIN SELECT RAISE(ABORT, 'an undone batch cannot be changed'); END
