ALTER TABLE ledger_anchor DROP COLUMN failing_since;
