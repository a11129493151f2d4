-- Documents beside a finalized report that leave as marked copies only: a bridge letter, evidence that is shown. Prepared
-- once and never changed, so that every download of somebody's copy has the same bytes. The objects' context in the vault
-- holds the companion's id: a row that points at another one's objects opens nothing.
CREATE TABLE companion (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  kind TEXT NOT NULL CHECK (kind IN ('bridge_letter', 'evidence')),
  subject_id BLOB NOT NULL CHECK (octet_length(subject_id) = 16),
  body_id BLOB NOT NULL UNIQUE REFERENCES sealed_object (id),
  manifest_id BLOB NOT NULL UNIQUE REFERENCES sealed_object (id),
  pages INTEGER NOT NULL CHECK (pages > 0),
  created_at BIGINT NOT NULL,
  UNIQUE (kind, subject_id)
);
CREATE INDEX companion_by_version ON companion (version_id);
-- Starts and ends of their downloads, as those of the report itself; they count against no number of downloads.
CREATE TABLE companion_download (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  companion_id BLOB NOT NULL REFERENCES companion (id),
  grant_id BLOB NOT NULL REFERENCES report_grant (id),
  started_at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL UNIQUE,
  size_bytes BIGINT NOT NULL,
  sha256 BLOB NOT NULL CHECK (octet_length(sha256) = 32),
  node_id BLOB NOT NULL CHECK (octet_length(node_id) = 16)
);
CREATE INDEX companion_download_by_grant ON companion_download (grant_id, companion_id);
CREATE INDEX companion_download_by_sha256 ON companion_download (sha256);
CREATE TABLE companion_download_end (
  download_id BLOB PRIMARY KEY NOT NULL REFERENCES companion_download (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('aborted', 'completed', 'outcome_unknown')),
  sent_bytes BIGINT,
  ended_at BIGINT NOT NULL
);
CREATE TRIGGER companion_no_update BEFORE UPDATE ON companion BEGIN SELECT RAISE(ABORT, 'companion is append-only'); END;
CREATE TRIGGER companion_no_delete BEFORE DELETE ON companion BEGIN SELECT RAISE(ABORT, 'companion is append-only'); END;
CREATE TRIGGER companion_download_no_update BEFORE UPDATE ON companion_download BEGIN SELECT RAISE(ABORT, 'companion_download is append-only'); END;
CREATE TRIGGER companion_download_no_delete BEFORE DELETE ON companion_download BEGIN SELECT RAISE(ABORT, 'companion_download is append-only'); END;
CREATE TRIGGER companion_download_end_no_update BEFORE UPDATE ON companion_download_end BEGIN SELECT RAISE(ABORT, 'companion_download_end is append-only'); END;
CREATE TRIGGER companion_download_end_no_delete BEFORE DELETE ON companion_download_end BEGIN SELECT RAISE(ABORT, 'companion_download_end is append-only'); END;
