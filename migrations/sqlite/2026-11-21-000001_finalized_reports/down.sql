-- Takes the watch over finalized reports away.
DROP TRIGGER report_exception_finalized_delete;
DROP TRIGGER report_exception_finalized_update;
DROP TRIGGER report_exception_finalized_insert;
DROP TRIGGER report_version_finalized_stays;
DROP TRIGGER report_version_finalized;
DROP TRIGGER report_version_begins_as_draft;
