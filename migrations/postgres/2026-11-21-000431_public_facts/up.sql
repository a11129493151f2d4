-- What strangers are told about reports, as the company has chosen it, one row for each choice, by the entry that
-- records it: the newest holds, the others say what stood on the trust page before. `shown` is a JSON list of names; nothing secret is in it.
CREATE TABLE public_choice (
  entry_idx BIGINT PRIMARY KEY NOT NULL,
  at BIGINT NOT NULL,
  by_person BYTEA NOT NULL REFERENCES person (id),
  shown TEXT NOT NULL
);
CREATE TRIGGER public_choice_append_only BEFORE UPDATE OR DELETE ON public_choice FOR EACH ROW EXECUTE FUNCTION candor_append_only();
CREATE TRIGGER public_choice_no_truncate BEFORE TRUNCATE ON public_choice FOR EACH STATEMENT EXECUTE FUNCTION candor_append_only();
