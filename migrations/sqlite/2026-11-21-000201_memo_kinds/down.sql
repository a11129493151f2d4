-- Back to the first three kinds; memos of the others go.
CREATE TABLE memo_old (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  exception_id BLOB CHECK (exception_id IS NULL OR octet_length(exception_id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('priority', 'risk_accepted', 'withdrawal')),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
INSERT INTO memo_old SELECT id, version_id, exception_id, kind, at, by_person, words FROM memo
WHERE kind IN ('priority', 'risk_accepted', 'withdrawal');
DROP TABLE memo;
ALTER TABLE memo_old RENAME TO memo;
CREATE INDEX memo_by_version ON memo (version_id, kind, at);
CREATE TRIGGER memo_no_update BEFORE UPDATE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
CREATE TRIGGER memo_no_delete BEFORE DELETE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
