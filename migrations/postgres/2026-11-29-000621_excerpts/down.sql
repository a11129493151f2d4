-- Forgets how far exports were; that they were made stands in the log.
DROP TABLE ledger_excerpt;
