CREATE TRIGGER quote_no_update BEFORE UPDATE ON "quote"
BEGIN SELECT RAISE(ABORT, 'an issued quote cannot be changed: issue a new version'); END
--
CREATE TRIGGER quote_no_delete BEFORE DELETE ON "quote"
BEGIN SELECT RAISE(ABORT, 'an issued quote cannot be changed: issue a new version'); END
--
CREATE TRIGGER invoice_no_update BEFORE UPDATE ON "invoice"
BEGIN SELECT RAISE(ABORT, 'an issued invoice cannot be changed: issue a credit note'); END
--
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON "invoice"
BEGIN SELECT RAISE(ABORT, 'an issued invoice cannot be changed: issue a credit note'); END
--
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON "receipt"
BEGIN SELECT RAISE(ABORT, 'a receipt cannot be changed: enter its reverse'); END
--
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON "receipt"
BEGIN SELECT RAISE(ABORT, 'a receipt cannot be changed: enter its reverse'); END
--
CREATE TRIGGER order_event_no_update BEFORE UPDATE ON "order_event"
BEGIN SELECT RAISE(ABORT, 'an order''s history is append-only'); END
--
CREATE TRIGGER order_event_no_delete BEFORE DELETE ON "order_event"
BEGIN SELECT RAISE(ABORT, 'an order''s history is append-only'); END
--
CREATE TRIGGER proof_decision_no_update BEFORE UPDATE ON "proof_decision"
BEGIN SELECT RAISE(ABORT, 'a decision on a proof cannot be changed'); END
--
CREATE TRIGGER proof_decision_no_delete BEFORE DELETE ON "proof_decision"
BEGIN SELECT RAISE(ABORT, 'a decision on a proof cannot be changed'); END
--
CREATE TRIGGER shipment_no_update BEFORE UPDATE ON "shipment"
BEGIN SELECT RAISE(ABORT, 'a shipment cannot be changed: enter what came back'); END
--
CREATE TRIGGER shipment_no_delete BEFORE DELETE ON "shipment"
BEGIN SELECT RAISE(ABORT, 'a shipment cannot be changed: enter what came back'); END
--
CREATE TRIGGER paper_no_update BEFORE UPDATE ON "paper"
BEGIN SELECT RAISE(ABORT, 'issued paper cannot be changed'); END
--
CREATE TRIGGER paper_no_delete BEFORE DELETE ON "paper"
BEGIN SELECT RAISE(ABORT, 'issued paper cannot be changed'); END
