-- Points to acceptances again; withdrawals of people who were erased go. The log keeps what it says of them.
CREATE TABLE nda_withdrawal_anew (
  acceptance_id BLOB PRIMARY KEY NOT NULL REFERENCES nda_acceptance (id),
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL
);
INSERT INTO nda_withdrawal_anew SELECT acceptance_id, person_id, at, entry_idx FROM nda_withdrawal WHERE acceptance_id IN (SELECT id FROM nda_acceptance);
DROP TABLE nda_withdrawal;
ALTER TABLE nda_withdrawal_anew RENAME TO nda_withdrawal;
CREATE INDEX nda_withdrawal_by_person ON nda_withdrawal (person_id, at);
CREATE TRIGGER nda_withdrawal_no_update BEFORE UPDATE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
CREATE TRIGGER nda_withdrawal_no_delete BEFORE DELETE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
