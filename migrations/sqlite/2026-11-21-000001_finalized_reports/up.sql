-- A finalized report never changes: the database refuses what the program never does.
-- A finalized version may only be withdrawn; its exceptions and its row stay; a draft may not begin as anything else.
CREATE TRIGGER report_version_begins_as_draft BEFORE INSERT ON report_version
WHEN NEW.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a report version begins as a draft'); END;

CREATE TRIGGER report_version_finalized BEFORE UPDATE ON report_version
WHEN OLD.state <> 'draft' AND NOT (
  OLD.state = 'finalized' AND NEW.state = 'withdrawn'
  AND OLD.id = NEW.id AND OLD.report_id = NEW.report_id AND OLD.number = NEW.number
  AND OLD.card = NEW.card AND OLD.facts = NEW.facts AND OLD.warnings = NEW.warnings
  AND OLD.original_id IS NEW.original_id AND OLD.body_id IS NEW.body_id AND OLD.manifest_id IS NEW.manifest_id
  AND OLD.pages IS NEW.pages AND OLD.tier IS NEW.tier AND OLD.source_sha256 IS NEW.source_sha256
  AND OLD.created_at = NEW.created_at AND OLD.finalized_at IS NEW.finalized_at AND OLD.finalized_by IS NEW.finalized_by)
BEGIN SELECT RAISE(ABORT, 'a finalized report version never changes'); END;

CREATE TRIGGER report_version_finalized_stays BEFORE DELETE ON report_version
WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a finalized report version never goes'); END;

CREATE TRIGGER report_exception_finalized_insert BEFORE INSERT ON report_exception
WHEN (SELECT state FROM report_version WHERE id = NEW.version_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'the exceptions of a finalized report never change'); END;

CREATE TRIGGER report_exception_finalized_update BEFORE UPDATE ON report_exception
WHEN (SELECT state FROM report_version WHERE id = OLD.version_id) <> 'draft'
  OR (SELECT state FROM report_version WHERE id = NEW.version_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'the exceptions of a finalized report never change'); END;

CREATE TRIGGER report_exception_finalized_delete BEFORE DELETE ON report_exception
WHEN (SELECT state FROM report_version WHERE id = OLD.version_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'the exceptions of a finalized report never change'); END;
