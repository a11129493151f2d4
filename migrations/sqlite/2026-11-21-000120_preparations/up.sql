-- Preparing an upload takes up to a minute: how far it is, and how it ended, is told by any node and after a reload.
CREATE TABLE preparation (
  version_id BLOB PRIMARY KEY NOT NULL REFERENCES report_version (id),
  id BLOB NOT NULL CHECK (octet_length(id) = 16),
  node_id BLOB NOT NULL CHECK (octet_length(node_id) = 16),
  begun_at BIGINT NOT NULL,
  ended_at BIGINT,
  standing TEXT NOT NULL CHECK (json_valid(standing))
);
