-- Whoever had withdrawn from an NDA could not be erased: their acceptance moves under a hold and its row goes, while the
-- row about the withdrawal stays for ever and pointed to it. It holds ids and times only, so it stands by itself.
-- SQLite cannot take a reference away, so the table is made anew.
CREATE TABLE nda_withdrawal_anew (
  acceptance_id BLOB PRIMARY KEY NOT NULL,
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL
);
INSERT INTO nda_withdrawal_anew SELECT acceptance_id, person_id, at, entry_idx FROM nda_withdrawal;
DROP TABLE nda_withdrawal;
ALTER TABLE nda_withdrawal_anew RENAME TO nda_withdrawal;
CREATE INDEX nda_withdrawal_by_person ON nda_withdrawal (person_id, at);
CREATE TRIGGER nda_withdrawal_no_update BEFORE UPDATE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
CREATE TRIGGER nda_withdrawal_no_delete BEFORE DELETE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
