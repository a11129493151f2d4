-- The indexes as they were, and a planner that guesses.
DROP TABLE sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
DROP INDEX ledger_entry_by_report_kind;
DROP INDEX ledger_entry_by_actor;
DROP INDEX ledger_entry_by_person;
DROP INDEX ledger_entry_by_grant;
CREATE INDEX ledger_entry_by_actor ON ledger_entry (actor_id, idx);
CREATE INDEX ledger_entry_by_person ON ledger_entry (person_id, idx);
CREATE INDEX ledger_entry_by_grant ON ledger_entry (grant_id, idx);
