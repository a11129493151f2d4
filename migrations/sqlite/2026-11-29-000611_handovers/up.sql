-- The public half of the key that signs the log, where every batch reads it under the lock: a process that holds an earlier
-- key signs nothing more. None in a log whose key was never followed by another. And the proofs of each hand-over:
-- the entry that names both keys, under a checkpoint that both have signed.
ALTER TABLE ledger_head ADD COLUMN signer BLOB;
CREATE TABLE ledger_handover (
  entry_idx BIGINT PRIMARY KEY NOT NULL REFERENCES ledger_entry (idx),
  receipt TEXT NOT NULL
);
CREATE TRIGGER ledger_handover_no_update BEFORE UPDATE ON ledger_handover BEGIN SELECT RAISE(ABORT, 'ledger_handover is append-only'); END;
CREATE TRIGGER ledger_handover_no_delete BEFORE DELETE ON ledger_handover BEGIN SELECT RAISE(ABORT, 'ledger_handover is append-only'); END;
