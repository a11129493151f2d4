-- Several nodes on one database: which of them are alive, whose downloads and letters are whose.
CREATE TABLE node (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  seen_at BIGINT NOT NULL
);
-- None for downloads from before there were nodes.
ALTER TABLE download ADD COLUMN node_id BYTEA;
-- Who is sending a letter, and until when nobody else may.
CREATE TABLE letter_claim (
  letter_id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(letter_id) = 16),
  node_id BYTEA NOT NULL CHECK (octet_length(node_id) = 16),
  until BIGINT NOT NULL
);
