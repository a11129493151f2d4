-- Bridge letters: what management states about the time since a report's period. Written once as final, sealed under the
-- version's key, only ever added: the newest one is offered, the others are the history.
CREATE TABLE bridge_letter (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
CREATE INDEX bridge_letter_by_version ON bridge_letter (version_id, at);
-- What an auditor has confirmed: that the file which was taken in is the one they issued.
CREATE TABLE auditor_confirmation (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  words BLOB NOT NULL
);
CREATE INDEX auditor_confirmation_by_version ON auditor_confirmation (version_id, at);
CREATE TRIGGER bridge_letter_no_update BEFORE UPDATE ON bridge_letter BEGIN SELECT RAISE(ABORT, 'bridge_letter is append-only'); END;
CREATE TRIGGER bridge_letter_no_delete BEFORE DELETE ON bridge_letter BEGIN SELECT RAISE(ABORT, 'bridge_letter is append-only'); END;
CREATE TRIGGER auditor_confirmation_no_update BEFORE UPDATE ON auditor_confirmation BEGIN SELECT RAISE(ABORT, 'auditor_confirmation is append-only'); END;
CREATE TRIGGER auditor_confirmation_no_delete BEFORE DELETE ON auditor_confirmation BEGIN SELECT RAISE(ABORT, 'auditor_confirmation is append-only'); END;
