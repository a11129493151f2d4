-- Recall of a report version: said once and for ever, with the reason for its holders, sealed under the version's key.
-- A version that is recalled is out of offer before, and is never granted again.
CREATE TABLE recall (
  version_id BLOB PRIMARY KEY NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  reason BLOB NOT NULL
);
CREATE TRIGGER recall_no_update BEFORE UPDATE ON recall BEGIN SELECT RAISE(ABORT, 'recall is append-only'); END;
CREATE TRIGGER recall_no_delete BEFORE DELETE ON recall BEGIN SELECT RAISE(ABORT, 'recall is append-only'); END;
CREATE TRIGGER recall_out_of_offer BEFORE INSERT ON recall
WHEN (SELECT state FROM report_version WHERE id = NEW.version_id) <> 'withdrawn'
BEGIN SELECT RAISE(ABORT, 'a version is recalled only once it is out of offer'); END;
CREATE TRIGGER report_grant_not_of_recalled BEFORE INSERT ON report_grant
WHEN EXISTS (SELECT 1 FROM recall WHERE version_id = NEW.version_id)
BEGIN SELECT RAISE(ABORT, 'a recalled version is never granted again'); END;

-- Who was written to about a recall, and when: the first letter and every reminder.
CREATE TABLE recall_notice (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES recall (version_id),
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL
);
CREATE INDEX recall_notice_by_version ON recall_notice (version_id, person_id, at);
CREATE TRIGGER recall_notice_no_update BEFORE UPDATE ON recall_notice BEGIN SELECT RAISE(ABORT, 'recall_notice is append-only'); END;
CREATE TRIGGER recall_notice_no_delete BEFORE DELETE ON recall_notice BEGIN SELECT RAISE(ABORT, 'recall_notice is append-only'); END;

-- Who said that they have destroyed their copies of a recalled version; what they typed stands beside the log.
CREATE TABLE destruction (
  version_id BLOB NOT NULL REFERENCES recall (version_id),
  person_id BLOB NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  PRIMARY KEY (version_id, person_id)
);
CREATE TRIGGER destruction_no_update BEFORE UPDATE ON destruction BEGIN SELECT RAISE(ABORT, 'destruction is append-only'); END;
CREATE TRIGGER destruction_no_delete BEFORE DELETE ON destruction BEGIN SELECT RAISE(ABORT, 'destruction is append-only'); END;
