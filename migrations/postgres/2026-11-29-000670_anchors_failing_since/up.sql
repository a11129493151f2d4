-- Since when an anchor fails: a time in which there was nothing to tell it is no silence.
ALTER TABLE ledger_anchor ADD COLUMN failing_since BIGINT;
UPDATE ledger_anchor SET failing_since = tried_at WHERE error IS NOT NULL;
