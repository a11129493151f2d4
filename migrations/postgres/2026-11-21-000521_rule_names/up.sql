-- More rules of unusual access: by country. The closed list of rules stands in the program, which alone writes and reads
-- them; a list here would make a migration of every further rule.
ALTER TABLE unusual_rule DROP CONSTRAINT unusual_rule_rule_check;
ALTER TABLE unusual_rule ADD CONSTRAINT unusual_rule_rule_check CHECK (length(rule) BETWEEN 3 AND 40);
ALTER TABLE unusual_mute DROP CONSTRAINT unusual_mute_rule_check;
ALTER TABLE unusual_mute ADD CONSTRAINT unusual_mute_rule_check CHECK (length(rule) BETWEEN 3 AND 40);
