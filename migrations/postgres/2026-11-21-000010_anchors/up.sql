-- How far the log is known outside: when each anchor took a checkpoint last, and what witnesses have signed.
CREATE TABLE ledger_anchor (
  name TEXT PRIMARY KEY NOT NULL,
  size BIGINT NOT NULL CHECK (size >= 0),
  at BIGINT,
  tried_at BIGINT NOT NULL,
  error TEXT
);
CREATE TABLE ledger_cosignature (
  size BIGINT NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (size, witness)
);
