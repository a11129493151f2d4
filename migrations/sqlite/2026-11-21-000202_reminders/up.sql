-- Which reminders of a remediation were queued: one row keeps a letter from being written twice. What set the date is
-- an id; the date itself is sealed elsewhere.
CREATE TABLE reminder (
  exception_id BLOB NOT NULL REFERENCES report_exception (id),
  since BLOB NOT NULL CHECK (octet_length(since) = 16),
  number INTEGER NOT NULL CHECK (number >= 0),
  at BIGINT NOT NULL,
  PRIMARY KEY (exception_id, since, number)
);
CREATE TRIGGER reminder_no_update BEFORE UPDATE ON reminder BEGIN SELECT RAISE(ABORT, 'reminder is append-only'); END;
CREATE TRIGGER reminder_no_delete BEFORE DELETE ON reminder BEGIN SELECT RAISE(ABORT, 'reminder is append-only'); END;
