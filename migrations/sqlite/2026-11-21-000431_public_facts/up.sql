-- What strangers are told about reports, as the company has chosen it, one row for each choice, by the entry that
-- records it: the newest holds, the others say what stood on the trust page before. `shown` is a JSON list of names; nothing secret is in it.
CREATE TABLE public_choice (
  entry_idx BIGINT PRIMARY KEY NOT NULL,
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  shown TEXT NOT NULL
);
CREATE TRIGGER public_choice_no_update BEFORE UPDATE ON public_choice BEGIN SELECT RAISE(ABORT, 'public_choice is append-only'); END;
CREATE TRIGGER public_choice_no_delete BEFORE DELETE ON public_choice BEGIN SELECT RAISE(ABORT, 'public_choice is append-only'); END;
