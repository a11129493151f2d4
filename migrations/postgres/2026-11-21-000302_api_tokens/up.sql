-- Tokens with which programs of a recipient read what the recipient reads. The token itself is never stored: its row
-- says that it was made, for which grant, until when, and whether it was taken back.
CREATE TABLE api_token (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  grant_id BYTEA NOT NULL REFERENCES report_grant (id),
  person_id BYTEA NOT NULL REFERENCES person (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL CHECK (expires_at > created_at),
  revoked_at BIGINT
);
CREATE INDEX api_token_by_grant ON api_token (grant_id, created_at);
CREATE INDEX api_token_by_person ON api_token (person_id, created_at);
