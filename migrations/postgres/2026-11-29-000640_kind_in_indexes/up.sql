-- "All refusals of this person": entries of another kind or report are passed over inside the index, unfetched. A report
-- has so many entries that even this walk would grow with the log, so it has an index that leads to those of a kind.
DROP INDEX ledger_entry_by_actor;
DROP INDEX ledger_entry_by_person;
DROP INDEX ledger_entry_by_grant;
CREATE INDEX ledger_entry_by_actor ON ledger_entry (actor_id, idx, kind, report_id);
CREATE INDEX ledger_entry_by_person ON ledger_entry (person_id, idx, kind, report_id);
CREATE INDEX ledger_entry_by_grant ON ledger_entry (grant_id, idx, kind);
CREATE INDEX ledger_entry_by_report_kind ON ledger_entry (report_id, kind, idx);
