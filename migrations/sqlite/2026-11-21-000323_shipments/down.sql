-- Forgets how far the log was shipped; it is shipped again from its beginning.
DROP TABLE ledger_shipment;
