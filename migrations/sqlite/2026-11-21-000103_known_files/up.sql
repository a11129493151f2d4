-- Whoever finds a file asks whether it left this house: looked up by the digest alone.
CREATE INDEX download_by_sha256 ON download (sha256);
CREATE INDEX report_version_by_source ON report_version (source_sha256);
