-- Takes recalls away.
DROP TRIGGER report_grant_not_of_recalled;
DROP TABLE destruction;
DROP TABLE recall_notice;
DROP TABLE recall;
