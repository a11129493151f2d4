-- Report versions that were shredded: their keys are gone, and with them every word that was sealed under them. The row says
-- when, by which entry, and which key-encryption key opens the copy of the key in backups, so that pages can tell.
CREATE TABLE report_shred (
  version_id BLOB PRIMARY KEY NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  kek TEXT NOT NULL,
  backups_until BIGINT NOT NULL
);
CREATE TRIGGER report_shred_no_update BEFORE UPDATE ON report_shred BEGIN SELECT RAISE(ABORT, 'report_shred is append-only'); END;
CREATE TRIGGER report_shred_no_delete BEFORE DELETE ON report_shred BEGIN SELECT RAISE(ABORT, 'report_shred is append-only'); END;
