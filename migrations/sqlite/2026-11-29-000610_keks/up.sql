-- Key-encryption keys by name, one row for each that ever wrapped a data key: since when it wraps new ones, since when
-- nothing is wrapped under an earlier one any more, and when it was retired. The newest row is the current key, for every
-- node alike: so counting what an earlier one still wraps is exact. No secret is in it.
CREATE TABLE kek (
  name TEXT PRIMARY KEY NOT NULL,
  current_from BIGINT NOT NULL,
  settled_at BIGINT,
  retired_at BIGINT
);
INSERT INTO kek (name, current_from, settled_at)
  SELECT kek, min(created_at), min(created_at) FROM data_key GROUP BY kek;
