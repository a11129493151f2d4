-- Memos beside a report: what was decided or noted about a version and its exceptions without being part of it.
-- Sealed under the version's key, dated, attributed, only ever added. An exception may be removed from its draft later,
-- so it is named without a reference.
CREATE TABLE memo (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  exception_id BLOB CHECK (exception_id IS NULL OR octet_length(exception_id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('priority', 'risk_accepted', 'withdrawal')),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
CREATE INDEX memo_by_version ON memo (version_id, kind, at);
CREATE TRIGGER memo_no_update BEFORE UPDATE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
CREATE TRIGGER memo_no_delete BEFORE DELETE ON memo BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
