-- More rules of unusual access: by country. The closed list of rules stands in the program, which alone writes and reads
-- them; a list here would make a new table of every further rule.
CREATE TABLE unusual_rule_new (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT NOT NULL CHECK (length(rule) BETWEEN 3 AND 40),
  threshold BIGINT NOT NULL CHECK (threshold >= 1),
  watched BOOLEAN NOT NULL CHECK (watched IN (0, 1)),
  told BOOLEAN NOT NULL CHECK (told IN (0, 1)),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id)
);
INSERT INTO unusual_rule_new SELECT id, rule, threshold, watched, told, at, by_person FROM unusual_rule;
DROP TABLE unusual_rule;
ALTER TABLE unusual_rule_new RENAME TO unusual_rule;
CREATE TRIGGER unusual_rule_no_update BEFORE UPDATE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;
CREATE TRIGGER unusual_rule_no_delete BEFORE DELETE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;

CREATE TABLE unusual_mute_new (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT CHECK (length(rule) BETWEEN 3 AND 40),
  person_id BLOB REFERENCES person (id),
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  reason BLOB NOT NULL,
  ended_at BIGINT
);
INSERT INTO unusual_mute_new SELECT id, rule, person_id, at, until, by_person, reason, ended_at FROM unusual_mute;
DROP TABLE unusual_mute;
ALTER TABLE unusual_mute_new RENAME TO unusual_mute;
