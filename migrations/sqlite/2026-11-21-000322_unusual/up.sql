-- Rules of unusual access as security has set them: the newest row of a rule is in force, all of them are the history.
CREATE TABLE unusual_rule (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT NOT NULL CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  threshold BIGINT NOT NULL CHECK (threshold >= 1),
  watched BOOLEAN NOT NULL CHECK (watched IN (0, 1)),
  told BOOLEAN NOT NULL CHECK (told IN (0, 1)),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id)
);
CREATE TRIGGER unusual_rule_no_update BEFORE UPDATE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;
CREATE TRIGGER unusual_rule_no_delete BEFORE DELETE ON unusual_rule BEGIN SELECT RAISE(ABORT, 'unusual_rule is append-only'); END;

-- Rules that are kept quiet for a time, for one person or everybody; the reason is sealed under a person's key.
CREATE TABLE unusual_mute (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  person_id BLOB REFERENCES person (id),
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  reason BLOB NOT NULL,
  ended_at BIGINT
);

-- What was noticed and told, once each; whether the webhook has taken it.
CREATE TABLE unusual_noticed (
  rule TEXT NOT NULL,
  entry_idx BIGINT NOT NULL,
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  noticed_at BIGINT NOT NULL,
  posted_at BIGINT,
  PRIMARY KEY (rule, entry_idx)
);
CREATE INDEX unusual_noticed_by_person ON unusual_noticed (person_id, rule, at);
