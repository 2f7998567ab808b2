CREATE FUNCTION royalties_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
--
CREATE FUNCTION royalties_refuse_in_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM period WHERE id = NEW.period_id) = 'closed' THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION royalties_refuse_in_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sealed FROM entry WHERE id = NEW.entry_id) = 1 THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION royalties_refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM posting WHERE entry_id = NEW.id) < 2 OR EXISTS (
        SELECT 1 FROM posting WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION royalties_refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sealed FROM entry WHERE id = NEW.id) <> 1 THEN
        RAISE EXCEPTION 'entry % was never sealed', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
--
CREATE TRIGGER log_no_update BEFORE UPDATE ON "log"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the log is append-only')
--
CREATE TRIGGER log_no_delete BEFORE DELETE ON "log"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the log is append-only')
--
CREATE TRIGGER log_no_truncate BEFORE TRUNCATE ON "log"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('the log is append-only')
--
CREATE TRIGGER revision_no_update BEFORE UPDATE ON "revision"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('revisions are append-only: load a new one')
--
CREATE TRIGGER revision_no_delete BEFORE DELETE ON "revision"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('revisions are append-only: load a new one')
--
CREATE TRIGGER revision_no_truncate BEFORE TRUNCATE ON "revision"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('revisions are append-only: load a new one')
--
CREATE TRIGGER closed_run_no_update BEFORE UPDATE ON "closed_run"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER closed_run_no_delete BEFORE DELETE ON "closed_run"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER closed_run_no_truncate BEFORE TRUNCATE ON "closed_run"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER contract_close_no_update BEFORE UPDATE ON "contract_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER contract_close_no_delete BEFORE DELETE ON "contract_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER contract_close_no_truncate BEFORE TRUNCATE ON "contract_close"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER earned_line_no_update BEFORE UPDATE ON "earned_line"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER earned_line_no_delete BEFORE DELETE ON "earned_line"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER earned_line_no_truncate BEFORE TRUNCATE ON "earned_line"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER counter_close_no_update BEFORE UPDATE ON "counter_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER counter_close_no_delete BEFORE DELETE ON "counter_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER counter_close_no_truncate BEFORE TRUNCATE ON "counter_close"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER cap_close_no_update BEFORE UPDATE ON "cap_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER cap_close_no_delete BEFORE DELETE ON "cap_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER cap_close_no_truncate BEFORE TRUNCATE ON "cap_close"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER reserve_release_no_update BEFORE UPDATE ON "reserve_release"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER reserve_release_no_delete BEFORE DELETE ON "reserve_release"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER reserve_release_no_truncate BEFORE TRUNCATE ON "reserve_release"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER allocation_no_update BEFORE UPDATE ON "allocation"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER allocation_no_delete BEFORE DELETE ON "allocation"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER allocation_no_truncate BEFORE TRUNCATE ON "allocation"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER settlement_no_update BEFORE UPDATE ON "settlement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER settlement_no_delete BEFORE DELETE ON "settlement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER settlement_no_truncate BEFORE TRUNCATE ON "settlement"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed run cannot be changed')
--
CREATE TRIGGER statement_no_update BEFORE UPDATE ON "statement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued statement cannot be changed')
--
CREATE TRIGGER statement_no_delete BEFORE DELETE ON "statement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued statement cannot be changed')
--
CREATE TRIGGER statement_no_truncate BEFORE TRUNCATE ON "statement"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an issued statement cannot be changed')
--
CREATE TRIGGER issued_no_update BEFORE UPDATE ON "issued"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued file cannot be changed')
--
CREATE TRIGGER issued_no_delete BEFORE DELETE ON "issued"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued file cannot be changed')
--
CREATE TRIGGER issued_no_truncate BEFORE TRUNCATE ON "issued"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an issued file cannot be changed')
--
CREATE TRIGGER posting_no_update BEFORE UPDATE ON "posting"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('postings cannot be changed: post a reversal')
--
CREATE TRIGGER posting_no_delete BEFORE DELETE ON "posting"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('postings cannot be changed: post a reversal')
--
CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON "posting"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('postings cannot be changed: post a reversal')
--
CREATE TRIGGER entry_no_delete BEFORE DELETE ON "entry"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an entry cannot be deleted: post a reversal')
--
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON "entry"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an entry cannot be deleted: post a reversal')
--
CREATE TRIGGER entry_no_update BEFORE UPDATE ON "entry"
FOR EACH ROW WHEN (OLD.sealed = 1) EXECUTE FUNCTION royalties_refuse('a sealed entry cannot be changed: post a reversal')
--
CREATE TRIGGER entry_starts_open BEFORE INSERT ON "entry"
FOR EACH ROW WHEN (NEW.sealed <> 0) EXECUTE FUNCTION royalties_refuse('an entry is sealed after its postings')
--
CREATE TRIGGER entry_balances BEFORE UPDATE ON "entry"
FOR EACH ROW WHEN (NEW.sealed = 1) EXECUTE FUNCTION royalties_refuse_unbalanced('an entry must balance in each currency and have two postings')
--
CREATE CONSTRAINT TRIGGER entry_is_sealed AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_unsealed()
--
CREATE TRIGGER posting_not_in_sealed BEFORE INSERT ON "posting"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_sealed('a sealed entry takes no more postings')
--
CREATE TRIGGER closed_run_not_in_closed BEFORE INSERT ON "closed_run"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER contract_close_not_in_closed BEFORE INSERT ON "contract_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER earned_line_not_in_closed BEFORE INSERT ON "earned_line"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER counter_close_not_in_closed BEFORE INSERT ON "counter_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER cap_close_not_in_closed BEFORE INSERT ON "cap_close"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER reserve_release_not_in_closed BEFORE INSERT ON "reserve_release"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER allocation_not_in_closed BEFORE INSERT ON "allocation"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER settlement_not_in_closed BEFORE INSERT ON "settlement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER statement_not_in_closed BEFORE INSERT ON "statement"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER entry_not_in_closed BEFORE INSERT ON "entry"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse_in_closed('the period is closed: record it in the open one')
--
CREATE TRIGGER period_no_update BEFORE UPDATE ON "period"
FOR EACH ROW WHEN (OLD.status = 'closed') EXECUTE FUNCTION royalties_refuse('a closed period cannot be changed')
--
CREATE TRIGGER period_no_delete BEFORE DELETE ON "period"
FOR EACH ROW WHEN (OLD.status = 'closed') EXECUTE FUNCTION royalties_refuse('a closed period cannot be changed')
--
CREATE TRIGGER batch_no_delete BEFORE DELETE ON "batch"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a batch is never deleted: undo it')
--
CREATE TRIGGER batch_no_truncate BEFORE TRUNCATE ON "batch"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a batch is never deleted: undo it')
--
CREATE TRIGGER period_no_truncate BEFORE TRUNCATE ON "period"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a closed period cannot be changed')
--
CREATE TRIGGER batch_no_update BEFORE UPDATE ON "batch"
FOR EACH ROW WHEN (OLD.status = 'undone') EXECUTE FUNCTION royalties_refuse('an undone batch cannot be changed')
