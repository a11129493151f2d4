-- Forgets the proofs of hand-overs and which key signs; the entries that name the keys stay.
DROP TABLE ledger_handover;
ALTER TABLE ledger_head DROP COLUMN signer;
