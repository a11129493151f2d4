-- Recall of a report version: said once and for ever, with the reason for its holders, sealed under the version's key.
-- A version that is recalled is out of offer before, and is never granted again.
CREATE TABLE recall (
  version_id BYTEA PRIMARY KEY NOT NULL REFERENCES report_version (id),
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  reason BYTEA NOT NULL
);
CREATE FUNCTION candor_recall_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM report_version WHERE id = NEW.version_id) <> 'withdrawn' THEN
    RAISE EXCEPTION 'a version is recalled only once it is out of offer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION candor_recalled_grant_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM recall WHERE version_id = NEW.version_id) THEN
    RAISE EXCEPTION 'a recalled version is never granted again' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recall_out_of_offer BEFORE INSERT ON recall FOR EACH ROW EXECUTE FUNCTION candor_recall_watch();
CREATE TRIGGER recall_append_only BEFORE UPDATE OR DELETE ON recall FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER recall_no_truncate BEFORE TRUNCATE ON recall FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER report_grant_not_of_recalled BEFORE INSERT ON report_grant FOR EACH ROW EXECUTE FUNCTION candor_recalled_grant_watch();

-- Who was written to about a recall, and when: the first letter and every reminder.
CREATE TABLE recall_notice (
  id BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BYTEA NOT NULL REFERENCES recall (version_id),
  person_id BYTEA NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL
);
CREATE INDEX recall_notice_by_version ON recall_notice (version_id, person_id, at);
CREATE TRIGGER recall_notice_append_only BEFORE UPDATE OR DELETE ON recall_notice FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER recall_notice_no_truncate BEFORE TRUNCATE ON recall_notice FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();

-- Who said that they have destroyed their copies of a recalled version; what they typed stands beside the log.
CREATE TABLE destruction (
  version_id BYTEA NOT NULL REFERENCES recall (version_id),
  person_id BYTEA NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  PRIMARY KEY (version_id, person_id)
);
CREATE TRIGGER destruction_append_only BEFORE UPDATE OR DELETE ON destruction FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER destruction_no_truncate BEFORE TRUNCATE ON destruction FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
