DROP TABLE companion_download_end;
DROP TABLE companion_download;
DROP TABLE companion;
