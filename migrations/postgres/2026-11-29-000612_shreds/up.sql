-- Report versions that were shredded: their keys are gone, and with them every word that was sealed under them. The row says
-- when, by which entry, and which key-encryption key opens the copy of the key in backups, so that pages can tell.
CREATE TABLE report_shred (
  version_id BYTEA PRIMARY KEY NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  kek TEXT NOT NULL,
  backups_until BIGINT NOT NULL
);
CREATE TRIGGER report_shred_append_only BEFORE UPDATE OR DELETE ON report_shred FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER report_shred_no_truncate BEFORE TRUNCATE ON report_shred FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
