-- Management's cover notes: what a reader sees above the exceptions. Sealed under the version's key, dated, attributed,
-- only ever added: the newest one holds, the others are the history.
CREATE TABLE cover_note (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  words BYTEA NOT NULL
);
CREATE INDEX cover_note_by_version ON cover_note (version_id, at);
CREATE TRIGGER cover_note_append_only BEFORE UPDATE OR DELETE ON cover_note FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER cover_note_no_truncate BEFORE TRUNCATE ON cover_note FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
