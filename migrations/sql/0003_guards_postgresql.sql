CREATE TRIGGER quote_no_update BEFORE UPDATE ON "quote"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued quote cannot be changed: issue a new version')
--
CREATE TRIGGER quote_no_delete BEFORE DELETE ON "quote"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued quote cannot be changed: issue a new version')
--
CREATE TRIGGER quote_no_truncate BEFORE TRUNCATE ON "quote"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an issued quote cannot be changed: issue a new version')
--
CREATE TRIGGER invoice_no_update BEFORE UPDATE ON "invoice"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued invoice cannot be changed: issue a credit note')
--
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON "invoice"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an issued invoice cannot be changed: issue a credit note')
--
CREATE TRIGGER invoice_no_truncate BEFORE TRUNCATE ON "invoice"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an issued invoice cannot be changed: issue a credit note')
--
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON "receipt"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a receipt cannot be changed: enter its reverse')
--
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON "receipt"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a receipt cannot be changed: enter its reverse')
--
CREATE TRIGGER receipt_no_truncate BEFORE TRUNCATE ON "receipt"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a receipt cannot be changed: enter its reverse')
--
CREATE TRIGGER order_event_no_update BEFORE UPDATE ON "order_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an order''s history is append-only')
--
CREATE TRIGGER order_event_no_delete BEFORE DELETE ON "order_event"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('an order''s history is append-only')
--
CREATE TRIGGER order_event_no_truncate BEFORE TRUNCATE ON "order_event"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('an order''s history is append-only')
--
CREATE TRIGGER proof_decision_no_update BEFORE UPDATE ON "proof_decision"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a decision on a proof cannot be changed')
--
CREATE TRIGGER proof_decision_no_delete BEFORE DELETE ON "proof_decision"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a decision on a proof cannot be changed')
--
CREATE TRIGGER proof_decision_no_truncate BEFORE TRUNCATE ON "proof_decision"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a decision on a proof cannot be changed')
--
CREATE TRIGGER shipment_no_update BEFORE UPDATE ON "shipment"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a shipment cannot be changed: enter what came back')
--
CREATE TRIGGER shipment_no_delete BEFORE DELETE ON "shipment"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('a shipment cannot be changed: enter what came back')
--
CREATE TRIGGER shipment_no_truncate BEFORE TRUNCATE ON "shipment"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('a shipment cannot be changed: enter what came back')
--
CREATE TRIGGER paper_no_update BEFORE UPDATE ON "paper"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('issued paper cannot be changed')
--
CREATE TRIGGER paper_no_delete BEFORE DELETE ON "paper"
FOR EACH ROW EXECUTE FUNCTION royalties_refuse('issued paper cannot be changed')
--
CREATE TRIGGER paper_no_truncate BEFORE TRUNCATE ON "paper"
FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse('issued paper cannot be changed')
