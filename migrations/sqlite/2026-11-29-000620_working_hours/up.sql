-- When the company works, in its own time zone, for the rule about downloads outside of that: the newest row is in force,
-- all of them are the history.
CREATE TABLE unusual_hours (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  zone TEXT NOT NULL,
  begins_minute INTEGER NOT NULL CHECK (begins_minute BETWEEN 0 AND 1439),
  ends_minute INTEGER NOT NULL CHECK (ends_minute BETWEEN 0 AND 1439),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id)
);
CREATE TRIGGER unusual_hours_no_update BEFORE UPDATE ON unusual_hours BEGIN SELECT RAISE(ABORT, 'unusual_hours is append-only'); END;
CREATE TRIGGER unusual_hours_no_delete BEFORE DELETE ON unusual_hours BEGIN SELECT RAISE(ABORT, 'unusual_hours is append-only'); END;
