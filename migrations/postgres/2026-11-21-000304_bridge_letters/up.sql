-- Bridge letters: what management states about the time since a report's period. Written once as final, sealed under the
-- version's key, only ever added: the newest one is offered, the others are the history.
CREATE TABLE bridge_letter (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  words BYTEA NOT NULL
);
CREATE INDEX bridge_letter_by_version ON bridge_letter (version_id, at);
-- What an auditor has confirmed: that the file which was taken in is the one they issued.
CREATE TABLE auditor_confirmation (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  words BYTEA NOT NULL
);
CREATE INDEX auditor_confirmation_by_version ON auditor_confirmation (version_id, at);
CREATE TRIGGER bridge_letter_append_only BEFORE UPDATE OR DELETE ON bridge_letter FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER bridge_letter_no_truncate BEFORE TRUNCATE ON bridge_letter FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER auditor_confirmation_append_only BEFORE UPDATE OR DELETE ON auditor_confirmation FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER auditor_confirmation_no_truncate BEFORE TRUNCATE ON auditor_confirmation FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
