-- Who has withdrawn from an NDA that they had accepted: from then on the acceptance opens nothing. It stays as evidence.
CREATE TABLE nda_withdrawal (
  acceptance_id BLOB PRIMARY KEY NOT NULL REFERENCES nda_acceptance (id),
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL
);
CREATE INDEX nda_withdrawal_by_person ON nda_withdrawal (person_id, at);
CREATE TRIGGER nda_withdrawal_no_update BEFORE UPDATE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
CREATE TRIGGER nda_withdrawal_no_delete BEFORE DELETE ON nda_withdrawal BEGIN SELECT RAISE(ABORT, 'nda_withdrawal is append-only'); END;
