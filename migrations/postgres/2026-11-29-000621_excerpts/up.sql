-- Exports of entries from the page, and how far each is: written while it is sent, so nothing of the file itself lies here.
CREATE TABLE ledger_excerpt (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  entry_idx BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  node_id BYTEA NOT NULL CHECK (octet_length(node_id) = 16),
  format TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  first_idx BIGINT NOT NULL,
  end_idx BIGINT NOT NULL,
  reached_idx BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  outcome TEXT CHECK (outcome IN ('sent', 'broken_off')),
  ended_at BIGINT
);
