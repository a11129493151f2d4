-- Wishes to be forgotten that were declined: when, by whom and why. The reason is sealed under the person's key and goes with it.
CREATE TABLE erasure_decline (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BYTEA NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  entry_idx BIGINT NOT NULL,
  reason BYTEA NOT NULL
);
CREATE INDEX erasure_decline_by_person ON erasure_decline (person_id, at);
CREATE TRIGGER erasure_decline_append_only BEFORE UPDATE OR DELETE ON erasure_decline FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER erasure_decline_no_truncate BEFORE TRUNCATE ON erasure_decline FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
