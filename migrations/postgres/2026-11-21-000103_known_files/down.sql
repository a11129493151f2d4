-- Takes the look-up by digest away.
DROP INDEX report_version_by_source;
DROP INDEX download_by_sha256;
