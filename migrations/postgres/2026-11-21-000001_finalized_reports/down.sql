-- Takes the watch over finalized reports away.
DROP TRIGGER report_exception_no_truncate ON report_exception;
DROP TRIGGER report_version_no_truncate ON report_version;
DROP TRIGGER report_exception_finalized ON report_exception;
DROP FUNCTION candor_report_exception_watch();
DROP TRIGGER report_version_finalized ON report_version;
DROP FUNCTION candor_report_version_watch();
