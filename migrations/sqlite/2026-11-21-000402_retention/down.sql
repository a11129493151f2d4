-- Takes the switch of retention away.
DROP INDEX legal_hold_by_end;
DROP INDEX person_by_age;
DROP INDEX letter_by_age;
DROP TABLE retention_switch;
