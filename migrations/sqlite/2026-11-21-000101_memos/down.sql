-- Takes the memos away.
DROP TABLE memo;
