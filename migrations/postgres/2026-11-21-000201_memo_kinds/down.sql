-- Back to the first three kinds; memos of the others go.
ALTER TABLE memo DISABLE TRIGGER memo_append_only;
DELETE FROM memo WHERE kind NOT IN ('priority', 'risk_accepted', 'withdrawal');
ALTER TABLE memo ENABLE TRIGGER memo_append_only;
ALTER TABLE memo DROP CONSTRAINT memo_kind_check;
ALTER TABLE memo ADD CONSTRAINT memo_kind_check CHECK (kind IN ('priority', 'risk_accepted', 'withdrawal'));
