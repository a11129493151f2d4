-- Erasing a person, and what stays all the same under a named hold. Keys gain two owners: a hold, whose key seals what
-- it keeps, and a letter, whose key lives until the letter has left: the one that tells a person of their erasure.
-- SQLite cannot change a check, so the table is made anew.
CREATE TABLE data_key_owners (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('hold', 'house', 'letter', 'person', 'version')),
  owner_id BLOB NOT NULL CHECK (octet_length(owner_id) = 16),
  kek TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (owner_kind, owner_id)
);
INSERT INTO data_key_owners SELECT id, owner_kind, owner_id, kek, wrapped, created_at FROM data_key;
DROP TABLE data_key;
ALTER TABLE data_key_owners RENAME TO data_key;

-- Holds by name: what is kept in spite of erasure and retention, why, by whom, since when and until when.
CREATE TABLE legal_hold (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  purpose TEXT NOT NULL CHECK (purpose IN ('legal', 'nda_evidence')),
  person_id BLOB REFERENCES person (id),
  report_id BLOB REFERENCES report (id),
  words BLOB NOT NULL,
  placed_at BIGINT NOT NULL,
  placed_by BLOB REFERENCES person (id),
  ends_at BIGINT,
  released_at BIGINT,
  released_by BLOB REFERENCES person (id),
  CHECK ((person_id IS NULL) <> (report_id IS NULL))
);
CREATE INDEX legal_hold_by_person ON legal_hold (person_id);
CREATE INDEX legal_hold_by_report ON legal_hold (report_id);

-- Acceptances of people who were erased: the evidence sealed anew under its hold's key, never changed.
CREATE TABLE held_acceptance (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  hold_id BLOB NOT NULL REFERENCES legal_hold (id),
  nda_id BLOB NOT NULL REFERENCES nda (id),
  shown_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  page_sha256 BLOB NOT NULL CHECK (octet_length(page_sha256) = 32),
  kept BLOB NOT NULL
);
CREATE INDEX held_acceptance_by_hold ON held_acceptance (hold_id);
CREATE TRIGGER held_acceptance_no_update BEFORE UPDATE ON held_acceptance BEGIN SELECT RAISE(ABORT, 'held_acceptance is never changed'); END;

-- Who asked to be forgotten and waits.
CREATE TABLE erasure_wish (
  person_id BLOB PRIMARY KEY NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL
);

-- Who was forgotten: when, by whom, what stays until when, and until when backups remember.
CREATE TABLE erasure (
  person_id BLOB PRIMARY KEY NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  by_person BLOB REFERENCES person (id),
  entry_idx BIGINT NOT NULL,
  hold_id BLOB REFERENCES legal_hold (id),
  kek TEXT NOT NULL,
  backups_until BIGINT NOT NULL
);
CREATE INDEX erasure_by_time ON erasure (at);
CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;
CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;
