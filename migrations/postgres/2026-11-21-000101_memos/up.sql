-- Memos beside a report: what was decided or noted about a version and its exceptions without being part of it.
-- Sealed under the version's key, dated, attributed, only ever added. An exception may be removed from its draft later,
-- so it is named without a reference.
CREATE TABLE memo (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES report_version (id),
  exception_id BYTEA CHECK (exception_id IS NULL OR octet_length(exception_id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('priority', 'risk_accepted', 'withdrawal')),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  words BYTEA NOT NULL
);
CREATE INDEX memo_by_version ON memo (version_id, kind, at);
CREATE TRIGGER memo_append_only BEFORE UPDATE OR DELETE ON memo FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER memo_no_truncate BEFORE TRUNCATE ON memo FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
