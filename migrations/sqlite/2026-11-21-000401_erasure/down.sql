-- Takes erasure away; what was sealed under a hold's or a letter's key goes with it.
DROP TABLE erasure;
DROP TABLE erasure_wish;
DROP TABLE held_acceptance;
DROP TABLE legal_hold;
CREATE TABLE data_key_owners (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('house', 'person', 'version')),
  owner_id BLOB NOT NULL CHECK (octet_length(owner_id) = 16),
  kek TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (owner_kind, owner_id)
);
INSERT INTO data_key_owners SELECT id, owner_kind, owner_id, kek, wrapped, created_at FROM data_key WHERE owner_kind IN ('house', 'person', 'version');
DROP TABLE data_key;
ALTER TABLE data_key_owners RENAME TO data_key;
