-- Back to the first six rules; settings and mutes of the others go.
ALTER TABLE unusual_rule DISABLE TRIGGER unusual_rule_append_only;
DELETE FROM unusual_rule WHERE rule NOT IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes');
ALTER TABLE unusual_rule ENABLE TRIGGER unusual_rule_append_only;
DELETE FROM unusual_mute WHERE rule NOT IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes');
ALTER TABLE unusual_rule DROP CONSTRAINT unusual_rule_rule_check;
ALTER TABLE unusual_rule ADD CONSTRAINT unusual_rule_rule_check CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes'));
ALTER TABLE unusual_mute DROP CONSTRAINT unusual_mute_rule_check;
ALTER TABLE unusual_mute ADD CONSTRAINT unusual_mute_rule_check CHECK (rule IN ('before_expiry', 'many_networks', 'many_reports', 'new_network', 'outside_hours', 'wrong_codes'));
