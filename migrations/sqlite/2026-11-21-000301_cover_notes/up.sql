-- Management's cover notes: what a reader sees above the exceptions. Sealed under the version's key, dated, attributed,
-- only ever added: the newest one holds, the others are the history.
CREATE TABLE cover_note (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
CREATE INDEX cover_note_by_version ON cover_note (version_id, at);
CREATE TRIGGER cover_note_no_update BEFORE UPDATE ON cover_note BEGIN SELECT RAISE(ABORT, 'cover_note is append-only'); END;
CREATE TRIGGER cover_note_no_delete BEFORE DELETE ON cover_note BEGIN SELECT RAISE(ABORT, 'cover_note is append-only'); END;
