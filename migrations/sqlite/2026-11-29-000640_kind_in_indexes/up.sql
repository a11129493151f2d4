-- "All refusals of this person": entries of another kind or report are passed over inside the index, unfetched. A report
-- has so many entries that even this walk would grow with the log, so it has an index that leads to those of a kind.
DROP INDEX ledger_entry_by_actor;
DROP INDEX ledger_entry_by_person;
DROP INDEX ledger_entry_by_grant;
CREATE INDEX ledger_entry_by_actor ON ledger_entry (actor_id, idx, kind, report_id);
CREATE INDEX ledger_entry_by_person ON ledger_entry (person_id, idx, kind, report_id);
CREATE INDEX ledger_entry_by_grant ON ledger_entry (grant_id, idx, kind);
CREATE INDEX ledger_entry_by_report_kind ON ledger_entry (report_id, kind, idx);
-- What a long log is like, told to the planner once and for all, so that plans are the same everywhere: without it a kind
-- counts as rare as a grant. A row: entries in all, then how many share the first column, the first two, and so on
-- (sqlite.org/fileformat2.html, section 2.6.3). Nothing of ours ever measures anew.
ANALYZE ledger_head;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('ledger_entry', 'ledger_entry_by_kind', '10000000 100000 1'),
  ('ledger_entry', 'ledger_entry_by_actor', '10000000 2000 1 1 1'),
  ('ledger_entry', 'ledger_entry_by_person', '10000000 2000 1 1 1'),
  ('ledger_entry', 'ledger_entry_by_report', '10000000 50000 1'),
  ('ledger_entry', 'ledger_entry_by_report_kind', '10000000 50000 500 1'),
  ('ledger_entry', 'ledger_entry_by_grant', '10000000 500 1 1'),
  ('ledger_entry', 'ledger_entry_by_copy', '10000000 50 1'),
  ('ledger_entry', 'ledger_entry_by_closes', '10000000 2');
ANALYZE sqlite_master;
