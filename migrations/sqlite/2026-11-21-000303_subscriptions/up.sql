-- Who asked to be written to when something changes about a report they hold: asked for, confirmed by a link in a
-- letter, ended. A grant has one subscription that has not ended at the most.
CREATE TABLE subscription (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  grant_id BLOB NOT NULL REFERENCES report_grant (id),
  person_id BLOB NOT NULL REFERENCES person (id),
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  ended_at BIGINT
);
CREATE UNIQUE INDEX subscription_of_grant ON subscription (grant_id) WHERE ended_at IS NULL;
