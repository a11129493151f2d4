-- Forgets rules, mutes and what was noticed; the log keeps what it says of them.
DROP TABLE unusual_noticed;
DROP TABLE unusual_mute;
DROP TABLE unusual_rule;
