-- A finalized report never changes: the database refuses what the program never does.
-- A finalized version may only be withdrawn; its exceptions and its row stay; a draft may not begin as anything else.
CREATE FUNCTION candor_report_version_watch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  withdrawn report_version;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'a report version begins as a draft' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'draft' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'finalized' THEN
    withdrawn := OLD;
    withdrawn.state := 'withdrawn';
    IF NEW IS NOT DISTINCT FROM withdrawn THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a finalized report version never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER report_version_finalized BEFORE INSERT OR UPDATE OR DELETE ON report_version FOR EACH ROW EXECUTE FUNCTION candor_report_version_watch();

CREATE FUNCTION candor_report_exception_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND (SELECT state FROM report_version WHERE id = OLD.version_id) <> 'draft' THEN
    RAISE EXCEPTION 'the exceptions of a finalized report never change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF (SELECT state FROM report_version WHERE id = NEW.version_id) <> 'draft' THEN
    RAISE EXCEPTION 'the exceptions of a finalized report never change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER report_exception_finalized BEFORE INSERT OR UPDATE OR DELETE ON report_exception FOR EACH ROW EXECUTE FUNCTION candor_report_exception_watch();

-- TRUNCATE passes by triggers on rows.
CREATE TRIGGER report_version_no_truncate BEFORE TRUNCATE ON report_version FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER report_exception_no_truncate BEFORE TRUNCATE ON report_exception FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
