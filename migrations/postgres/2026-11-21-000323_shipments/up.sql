-- How far the log has been shipped to other systems: the next index of each, moved only when a batch was taken. Indexes are
-- given in the order of commits, so nothing that is committed late can lie behind it.
CREATE TABLE ledger_shipment (
  name TEXT PRIMARY KEY NOT NULL,
  epoch INTEGER NOT NULL,
  next_idx BIGINT NOT NULL CHECK (next_idx >= 0),
  at BIGINT,
  next_try_at BIGINT NOT NULL,
  failures BIGINT NOT NULL CHECK (failures >= 0),
  error TEXT,
  node_id BYTEA CHECK (node_id IS NULL OR octet_length(node_id) = 16),
  claimed_until BIGINT NOT NULL
);
