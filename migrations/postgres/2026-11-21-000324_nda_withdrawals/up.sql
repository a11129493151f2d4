-- Who has withdrawn from an NDA that they had accepted: from then on the acceptance opens nothing. It stays as evidence.
CREATE TABLE nda_withdrawal (
  acceptance_id BYTEA PRIMARY KEY NOT NULL REFERENCES nda_acceptance (id),
  person_id BYTEA NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL
);
CREATE INDEX nda_withdrawal_by_person ON nda_withdrawal (person_id, at);
CREATE TRIGGER nda_withdrawal_append_only BEFORE UPDATE OR DELETE ON nda_withdrawal FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER nda_withdrawal_no_truncate BEFORE TRUNCATE ON nda_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
