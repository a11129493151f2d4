-- Takes recalls away.
DROP TRIGGER report_grant_not_of_recalled ON report_grant;
DROP TABLE destruction;
DROP TABLE recall_notice;
DROP TABLE recall;
DROP FUNCTION candor_recalled_grant_watch;
DROP FUNCTION candor_recall_watch;
