-- Filters of the log that staff have saved, each for themselves. Name and fields are sealed: under the key of the person that a
-- filter asks for, so that they go when that person is forgotten; else under the key of whoever saved it.
CREATE TABLE saved_filter (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  by_person BYTEA NOT NULL REFERENCES person (id),
  about_person BYTEA REFERENCES person (id),
  at BIGINT NOT NULL,
  words BYTEA NOT NULL
);
CREATE INDEX saved_filter_by_person ON saved_filter (by_person, id);
