-- Back to the first six rules; settings and mutes of the others go.
CREATE TABLE unusual_rule_old (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT NOT NULL CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  threshold BIGINT NOT NULL CHECK (threshold >= 1),
  watched BOOLEAN NOT NULL CHECK (watched IN (0, 1)),
  told BOOLEAN NOT NULL CHECK (told IN (0, 1)),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id)
);
INSERT INTO unusual_rule_old SELECT id, rule, threshold, watched, told, at, by_person FROM unusual_rule
WHERE rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes');
DROP TABLE unusual_rule;
ALTER TABLE unusual_rule_old RENAME TO unusual_rule;
CREATE TRIGGER unusual_rule_no_update BEFORE UPDATE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;
CREATE TRIGGER unusual_rule_no_delete BEFORE DELETE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;

CREATE TABLE unusual_mute_old (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  person_id BLOB REFERENCES person (id),
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  reason BLOB NOT NULL,
  ended_at BIGINT
);
INSERT INTO unusual_mute_old SELECT id, rule, person_id, at, until, by_person, reason, ended_at FROM unusual_mute
WHERE rule IS NULL OR rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes');
DROP TABLE unusual_mute;
ALTER TABLE unusual_mute_old RENAME TO unusual_mute;
