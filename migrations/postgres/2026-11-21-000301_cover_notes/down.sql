DROP TABLE cover_note;
