-- Alarms that the webhook of alerts has not taken yet: it may be down just when something is wrong. They name nobody.
CREATE TABLE waiting_alarm (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  tries INTEGER NOT NULL CHECK (tries >= 0)
);
