-- Whether the rules of retention act, since when and by whose decision: the newest row counts.
CREATE TABLE retention_switch (
  at BIGINT PRIMARY KEY NOT NULL,
  is_on BOOLEAN NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id)
);
-- What the rules look for, so that looking does not read whole tables.
CREATE INDEX letter_by_age ON letter (state, created_at);
CREATE INDEX person_by_age ON person (created_at);
CREATE INDEX legal_hold_by_end ON legal_hold (ends_at);
