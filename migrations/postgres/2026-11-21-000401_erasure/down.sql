-- Takes erasure away; what was sealed under a hold's or a letter's key goes with it.
DROP TABLE erasure;
DROP TABLE erasure_wish;
DROP TABLE held_acceptance;
DROP TABLE legal_hold;
DELETE FROM data_key WHERE owner_kind IN ('hold', 'letter');
ALTER TABLE data_key DROP CONSTRAINT data_key_owner_kind_check;
ALTER TABLE data_key ADD CONSTRAINT data_key_owner_kind_check CHECK (owner_kind IN ('house', 'person', 'version'));
