-- Erasing a person, and what stays all the same under a named hold. Keys gain two owners: a hold, whose key seals what
-- it keeps, and a letter, whose key lives until the letter has left: the one that tells a person of their erasure.
ALTER TABLE data_key DROP CONSTRAINT data_key_owner_kind_check;
ALTER TABLE data_key ADD CONSTRAINT data_key_owner_kind_check CHECK (owner_kind IN ('hold', 'house', 'letter', 'person', 'version'));

-- Holds by name: what is kept in spite of erasure and retention, why, by whom, since when and until when.
CREATE TABLE legal_hold (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  purpose TEXT NOT NULL CHECK (purpose IN ('legal', 'nda_evidence')),
  person_id BYTEA REFERENCES person (id),
  report_id BYTEA REFERENCES report (id),
  words BYTEA NOT NULL,
  placed_at BIGINT NOT NULL,
  placed_by BYTEA REFERENCES person (id),
  ends_at BIGINT,
  released_at BIGINT,
  released_by BYTEA REFERENCES person (id),
  CHECK ((person_id IS NULL) <> (report_id IS NULL))
);
CREATE INDEX legal_hold_by_person ON legal_hold (person_id);
CREATE INDEX legal_hold_by_report ON legal_hold (report_id);

-- Acceptances of people who were erased: the evidence sealed anew under its hold's key, never changed.
CREATE TABLE held_acceptance (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  hold_id BYTEA NOT NULL REFERENCES legal_hold (id),
  nda_id BYTEA NOT NULL REFERENCES nda (id),
  shown_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  page_sha256 BYTEA NOT NULL CHECK (octet_length(page_sha256) = 32),
  kept BYTEA NOT NULL
);
CREATE INDEX held_acceptance_by_hold ON held_acceptance (hold_id);
CREATE TRIGGER held_acceptance_no_update BEFORE UPDATE ON held_acceptance FOR EACH ROW EXECUTE FUNCTION candor_append_only();

-- Who asked to be forgotten and waits.
CREATE TABLE erasure_wish (
  person_id BYTEA PRIMARY KEY NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL
);

-- Who was forgotten: when, by whom, what stays until when, and until when backups remember.
CREATE TABLE erasure (
  person_id BYTEA PRIMARY KEY NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  by_person BYTEA REFERENCES person (id),
  entry_idx BIGINT NOT NULL,
  hold_id BYTEA REFERENCES legal_hold (id),
  kek TEXT NOT NULL,
  backups_until BIGINT NOT NULL
);
CREATE INDEX erasure_by_time ON erasure (at);
CREATE TRIGGER erasure_append_only BEFORE UPDATE OR DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER erasure_no_truncate BEFORE TRUNCATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
