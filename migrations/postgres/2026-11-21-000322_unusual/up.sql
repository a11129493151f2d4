-- Rules of unusual access as security has set them: the newest row of a rule is in force, all of them are the history.
CREATE TABLE unusual_rule (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT NOT NULL CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  threshold BIGINT NOT NULL CHECK (threshold >= 1),
  watched BOOLEAN NOT NULL,
  told BOOLEAN NOT NULL,
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id)
);
CREATE TRIGGER unusual_rule_append_only BEFORE UPDATE OR DELETE ON unusual_rule FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER unusual_rule_no_truncate BEFORE TRUNCATE ON unusual_rule FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();

-- Rules that are kept quiet for a time, for one person or everybody; the reason is sealed under a person's key.
CREATE TABLE unusual_mute (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  rule TEXT CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes')),
  person_id BYTEA REFERENCES person (id),
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  reason BYTEA NOT NULL,
  ended_at BIGINT
);

-- What was noticed and told, once each; whether the webhook has taken it.
CREATE TABLE unusual_noticed (
  rule TEXT NOT NULL,
  entry_idx BIGINT NOT NULL,
  person_id BYTEA NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  noticed_at BIGINT NOT NULL,
  posted_at BIGINT,
  PRIMARY KEY (rule, entry_idx)
);
CREATE INDEX unusual_noticed_by_person ON unusual_noticed (person_id, rule, at);
