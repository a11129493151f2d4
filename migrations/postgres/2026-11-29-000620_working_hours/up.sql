-- When the company works, in its own time zone, for the rule about downloads outside of that: the newest row is in force,
-- all of them are the history.
CREATE TABLE unusual_hours (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  zone TEXT NOT NULL,
  begins_minute INTEGER NOT NULL CHECK (begins_minute BETWEEN 0 AND 1439),
  ends_minute INTEGER NOT NULL CHECK (ends_minute BETWEEN 0 AND 1439),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id)
);
CREATE TRIGGER unusual_hours_append_only BEFORE UPDATE OR DELETE ON unusual_hours FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER unusual_hours_no_truncate BEFORE TRUNCATE ON unusual_hours FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
