-- More kinds of memos: the review of a draft, its corrections, the checklist. The closed list of kinds stands in the
-- program, which alone writes and reads them; a list here would make a new table of every further kind.
CREATE TABLE memo_new (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  exception_id BLOB CHECK (exception_id IS NULL OR octet_length(exception_id) = 16),
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 3 AND 40),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
INSERT INTO memo_new SELECT id, version_id, exception_id, kind, at, by_person, words FROM memo;
DROP TABLE memo;
ALTER TABLE memo_new RENAME TO memo;
CREATE INDEX memo_by_version ON memo (version_id, kind, at);
CREATE TRIGGER memo_no_update BEFORE UPDATE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
CREATE TRIGGER memo_no_delete BEFORE DELETE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
