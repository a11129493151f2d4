-- Addresses stay beside the log, sealed; nobody finds entries by them any more.
DROP INDEX ledger_personal_not_found;
DROP INDEX ledger_personal_by_network;
ALTER TABLE ledger_personal DROP COLUMN network_index;
