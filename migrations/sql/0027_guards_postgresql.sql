CREATE TRIGGER payment_batch_no_update BEFORE UPDATE ON "payment_batch"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a proposal stays as it was prepared')
--
CREATE TRIGGER payment_batch_no_delete BEFORE DELETE ON "payment_batch"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a proposal stays: void its payments')
--
CREATE TRIGGER payment_no_delete BEFORE DELETE ON "payment"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a payment stays: void it')
--
CREATE TRIGGER payment_same_amount BEFORE UPDATE OF "batch_id", "beneficiary", "currency", "gross" ON "payment"
FOR EACH ROW WHEN (OLD.state NOT IN ('proposed', 'approved')) EXECUTE FUNCTION royalties_refuse('a payment that was sent stays as it was')
--
CREATE TRIGGER payment_not_again BEFORE UPDATE OF "state" ON "payment"
FOR EACH ROW WHEN (OLD.state IN ('returned', 'voided') AND NEW.state <> OLD.state) EXECUTE FUNCTION royalties_refuse('a payment that came back or was voided has ended')
--
CREATE TRIGGER payment_event_no_update BEFORE UPDATE ON "payment_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a payment is append-only')
--
CREATE TRIGGER payment_event_no_delete BEFORE DELETE ON "payment_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('the history of a payment is append-only')
--
CREATE TRIGGER payment_batch_no_truncate BEFORE TRUNCATE ON "payment_batch"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a proposal stays: void its payments')
--
CREATE TRIGGER payment_no_truncate BEFORE TRUNCATE ON "payment"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a payment stays: void it')
--
CREATE TRIGGER payment_event_no_truncate BEFORE TRUNCATE ON "payment_event"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('the history of a payment is append-only')
--
CREATE FUNCTION royalties_payment_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'what a payment settles is written anew, not changed';
    END IF;
    IF TG_OP = 'INSERT' THEN of := NEW.payment_id; ELSE of := OLD.payment_id; END IF;
    IF (SELECT state FROM payment WHERE id = of) <> 'proposed' THEN
        RAISE EXCEPTION 'what an approved payment settles stays as it is';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
--
CREATE TRIGGER payment_part_guard BEFORE INSERT OR UPDATE OR DELETE ON "payment_part"
FOR EACH ROW EXECUTE FUNCTION royalties_payment_part()
--
CREATE TRIGGER payment_part_no_truncate BEFORE TRUNCATE ON "payment_part"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('what a payment settles stays')
--
CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON "payment_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a payment file stays as it was made')
--
CREATE TRIGGER payment_file_no_delete BEFORE DELETE ON "payment_file"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a payment file stays as it was made')
--
CREATE TRIGGER payment_file_no_truncate BEFORE TRUNCATE ON "payment_file"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a payment file stays as it was made')
