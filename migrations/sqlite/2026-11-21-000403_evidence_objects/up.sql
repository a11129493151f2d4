-- Where evidence lies in the vault. What it is stays sealed in its memo; that it is there, and beside which version, is
-- known without a key: to a backup, and to whoever looks for objects that nothing knows.
CREATE TABLE evidence_object (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  created_at BIGINT NOT NULL
);
CREATE TRIGGER evidence_object_no_update BEFORE UPDATE ON evidence_object BEGIN SELECT RAISE(ABORT, 'evidence_object is append-only'); END;
CREATE TRIGGER evidence_object_no_delete BEFORE DELETE ON evidence_object BEGIN SELECT RAISE(ABORT, 'evidence_object is append-only'); END;
