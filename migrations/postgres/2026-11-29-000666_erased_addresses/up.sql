-- Addresses of people who were erased, as keyed hashes and nothing else: notes that were sealed under a report's key may
-- still ask for letters to them, and nobody who was forgotten is written to because of such a note.
CREATE TABLE erased_address (
  address_index BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(address_index) = 32),
  at BIGINT NOT NULL
);
