-- More kinds of memos: the review of a draft, its corrections, the checklist. The closed list of kinds stands in the
-- program, which alone writes and reads them; a list here would make a migration of every further kind.
ALTER TABLE memo DROP CONSTRAINT memo_kind_check;
ALTER TABLE memo ADD CONSTRAINT memo_kind_check CHECK (length(kind) BETWEEN 3 AND 40);
