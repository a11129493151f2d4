-- Where evidence lies in the vault. What it is stays sealed in its memo; that it is there, and beside which version, is
-- known without a key: to a backup, and to whoever looks for objects that nothing knows.
CREATE TABLE evidence_object (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES report_version (id),
  created_at BIGINT NOT NULL
);
CREATE TRIGGER evidence_object_append_only BEFORE UPDATE OR DELETE ON evidence_object FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER evidence_object_no_truncate BEFORE TRUNCATE ON evidence_object FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
