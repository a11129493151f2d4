-- Forgets who has seen the log; the log itself stays.
DROP TABLE ledger_cosignature;
DROP TABLE ledger_anchor;
