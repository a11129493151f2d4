-- Which reminders of a remediation were queued: one row keeps a letter from being written twice. What set the date is
-- an id; the date itself is sealed elsewhere.
CREATE TABLE reminder (
  exception_id BYTEA NOT NULL REFERENCES report_exception (id),
  since BYTEA NOT NULL CHECK (octet_length(since) = 16),
  number INTEGER NOT NULL CHECK (number >= 0),
  at BIGINT NOT NULL,
  PRIMARY KEY (exception_id, since, number)
);
CREATE TRIGGER reminder_append_only BEFORE UPDATE OR DELETE ON reminder FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER reminder_no_truncate BEFORE TRUNCATE ON reminder FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
