-- Wishes to be forgotten that were declined: when, by whom and why. The reason is sealed under the person's key and goes with it.
CREATE TABLE erasure_decline (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  entry_idx BIGINT NOT NULL,
  reason BLOB NOT NULL
);
CREATE INDEX erasure_decline_by_person ON erasure_decline (person_id, at);
CREATE TRIGGER erasure_decline_no_update BEFORE UPDATE ON erasure_decline BEGIN SELECT RAISE(ABORT, 'erasure_decline is append-only'); END;
CREATE TRIGGER erasure_decline_no_delete BEFORE DELETE ON erasure_decline BEGIN SELECT RAISE(ABORT, 'erasure_decline is append-only'); END;
