-- The foundation: everything the first main job needs.
-- Portable columns only: ids of 16 bytes, times in microseconds UTC, JSON and enums as text with checks.

-- The installation: one row that ties this database to its keyring.
CREATE TABLE installation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  instance_id BLOB NOT NULL CHECK (octet_length(instance_id) = 16),
  created_at BIGINT NOT NULL
);

-- Data keys, wrapped by the keyring's key-encryption key. One per person, one per report version, one for the house.
CREATE TABLE data_key (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('house', 'person', 'version')),
  owner_id BLOB NOT NULL CHECK (octet_length(owner_id) = 16),
  kek TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (owner_kind, owner_id)
);

-- Sealed objects in the vault: the row says what the file must be.
CREATE TABLE sealed_object (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL CHECK (octet_length(version_id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('original', 'body', 'manifest')),
  size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
  sha256 BLOB NOT NULL CHECK (octet_length(sha256) = 32),
  sealed_sha256 BLOB NOT NULL CHECK (octet_length(sealed_sha256) = 32),
  created_at BIGINT NOT NULL
);

-- People: prospects and staff. What names them is sealed under their own key; lookups go by blind index.
CREATE TABLE person (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  email_index BLOB NOT NULL UNIQUE CHECK (octet_length(email_index) = 32),
  domain_index BLOB NOT NULL CHECK (octet_length(domain_index) = 32),
  email BLOB NOT NULL,
  name BLOB,
  created_at BIGINT NOT NULL
);

-- Which desks a person may sit at.
CREATE TABLE staff_role (
  person_id BLOB NOT NULL REFERENCES person (id),
  role TEXT NOT NULL CHECK (role IN ('admin', 'auditor', 'compliance', 'sales', 'security')),
  added_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, role)
);

-- One-time sign-in links of staff; only a keyed hash of the secret.
CREATE TABLE staff_link (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  secret_hash BLOB NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- Mailed codes and links that confirm an address. Keyed hashes only; tries are counted here.
CREATE TABLE mail_code (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  request_id BLOB,
  code_hash BLOB NOT NULL CHECK (octet_length(code_hash) = 32),
  link_hash BLOB NOT NULL UNIQUE CHECK (octet_length(link_hash) = 32),
  browser_hash BLOB NOT NULL CHECK (octet_length(browser_hash) = 32),
  network_index BLOB NOT NULL CHECK (octet_length(network_index) = 32),
  asked_from BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  used_at BIGINT,
  killed_at BIGINT
);
CREATE INDEX mail_code_by_person ON mail_code (person_id, created_at);
CREATE INDEX mail_code_by_network ON mail_code (network_index, created_at);

-- Browser sessions; the cookie's value is known only as a keyed hash.
CREATE TABLE session (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  token_hash BLOB NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  person_id BLOB NOT NULL REFERENCES person (id),
  face TEXT NOT NULL CHECK (face IN ('prospect', 'staff')),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX session_by_person ON session (person_id);

-- The hosting company as the public trust page shows it.
CREATE TABLE company (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  domain TEXT NOT NULL,
  statement TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- A report across its versions.
CREATE TABLE report (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  slug TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL REFERENCES person (id)
);

-- One version: card = public facts (JSON), facts = what only holders read (sealed under the version's key).
CREATE TABLE report_version (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  report_id BLOB NOT NULL REFERENCES report (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  state TEXT NOT NULL CHECK (state IN ('draft', 'finalized', 'withdrawn')),
  card TEXT NOT NULL CHECK (json_valid(card)),
  facts BLOB NOT NULL,
  original_id BLOB REFERENCES sealed_object (id),
  body_id BLOB REFERENCES sealed_object (id),
  manifest_id BLOB REFERENCES sealed_object (id),
  pages INTEGER,
  tier TEXT CHECK (tier IN ('T1', 'T2', 'T3')),
  warnings TEXT NOT NULL CHECK (json_valid(warnings)),
  source_sha256 BLOB CHECK (source_sha256 IS NULL OR octet_length(source_sha256) = 32),
  created_at BIGINT NOT NULL,
  finalized_at BIGINT,
  finalized_by BLOB REFERENCES person (id),
  UNIQUE (report_id, number)
);

-- Exceptions: everything the auditor and the company say is sealed under the version's key.
CREATE TABLE report_exception (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  position INTEGER NOT NULL CHECK (position >= 1),
  content BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX report_exception_by_version ON report_exception (version_id, position);

-- Dated remediation updates beside the immutable report; never changed, only added to.
CREATE TABLE remediation (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  exception_id BLOB NOT NULL REFERENCES report_exception (id),
  at BIGINT NOT NULL,
  by_person BLOB NOT NULL REFERENCES person (id),
  status TEXT NOT NULL CHECK (status IN ('planned', 'in_progress', 'implemented', 'verified')),
  note BLOB NOT NULL
);
CREATE INDEX remediation_by_exception ON remediation (exception_id, at);

-- NDA texts: public, immutable once published.
CREATE TABLE nda (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  number INTEGER NOT NULL UNIQUE CHECK (number >= 1),
  body TEXT NOT NULL,
  sha256 BLOB NOT NULL CHECK (octet_length(sha256) = 32),
  published_at BIGINT NOT NULL,
  published_by BLOB NOT NULL REFERENCES person (id)
);

-- Who accepted which text, with the evidence and the exact page that was shown, sealed under the person's key.
CREATE TABLE nda_acceptance (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  nda_id BLOB NOT NULL REFERENCES nda (id),
  shown_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL,
  evidence BLOB NOT NULL,
  page BLOB NOT NULL,
  page_sha256 BLOB NOT NULL CHECK (octet_length(page_sha256) = 32)
);
CREATE INDEX nda_acceptance_by_person ON nda_acceptance (person_id, accepted_at);

-- Access requests. They reach sales only once the address is confirmed.
CREATE TABLE access_request (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  relation TEXT NOT NULL CHECK (relation IN ('auditor', 'customer', 'prospect', 'regulator')),
  state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'waiting', 'approved', 'denied')),
  details BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  decided_at BIGINT,
  decided_by BLOB REFERENCES person (id),
  decision BLOB
);
CREATE INDEX access_request_by_state ON access_request (state, confirmed_at);
CREATE INDEX access_request_by_person ON access_request (person_id);

-- What a request asks for.
CREATE TABLE request_item (
  request_id BLOB NOT NULL REFERENCES access_request (id),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  PRIMARY KEY (request_id, version_id)
);

-- Grants: one person, one report version. The mark's words are fixed here, so that all copies are alike.
CREATE TABLE report_grant (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  version_id BLOB NOT NULL REFERENCES report_version (id),
  request_id BLOB REFERENCES access_request (id),
  copy_id TEXT NOT NULL UNIQUE,
  mark BLOB NOT NULL,
  granted_at BIGINT NOT NULL,
  granted_by BLOB NOT NULL REFERENCES person (id),
  expires_at BIGINT NOT NULL,
  downloads_allowed INTEGER NOT NULL CHECK (downloads_allowed >= 0),
  revoked_at BIGINT,
  revoked_by BLOB REFERENCES person (id)
);
CREATE INDEX report_grant_by_person ON report_grant (person_id, version_id);
CREATE INDEX report_grant_by_version ON report_grant (version_id);

-- Starts of downloads: inserted with their ledger entry, counted, never changed.
CREATE TABLE download (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  grant_id BLOB NOT NULL REFERENCES report_grant (id),
  started_at BIGINT NOT NULL,
  entry_idx BIGINT NOT NULL UNIQUE,
  size_bytes BIGINT NOT NULL,
  sha256 BLOB NOT NULL CHECK (octet_length(sha256) = 32)
);
CREATE INDEX download_by_grant ON download (grant_id);

-- Ends of downloads: one per start at the most.
CREATE TABLE download_end (
  download_id BLOB PRIMARY KEY NOT NULL REFERENCES download (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('aborted', 'completed', 'outcome_unknown')),
  sent_bytes BIGINT,
  ended_at BIGINT NOT NULL
);

-- Letters to send, sealed under the recipient's key.
CREATE TABLE letter (
  id BLOB PRIMARY KEY NOT NULL CHECK (octet_length(id) = 16),
  person_id BLOB NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,
  content BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  sent_at BIGINT,
  last_error TEXT
);
CREATE INDEX letter_by_state ON letter (state, next_try_at);

-- The ledger. One head; entries and checkpoints are append-only.
CREATE TABLE ledger_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  size BIGINT NOT NULL CHECK (size >= 0),
  peaks BLOB NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE TABLE ledger_entry (
  idx BIGINT PRIMARY KEY NOT NULL CHECK (idx >= 0),
  leaf BLOB NOT NULL,
  hashes BLOB NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor_id BLOB,
  person_id BLOB,
  report_id BLOB,
  grant_id BLOB,
  download_id BLOB,
  copy_id TEXT,
  closes BIGINT
);
CREATE INDEX ledger_entry_by_kind ON ledger_entry (kind, idx);
CREATE INDEX ledger_entry_by_actor ON ledger_entry (actor_id, idx);
CREATE INDEX ledger_entry_by_person ON ledger_entry (person_id, idx);
CREATE INDEX ledger_entry_by_report ON ledger_entry (report_id, idx);
CREATE INDEX ledger_entry_by_grant ON ledger_entry (grant_id, idx);
CREATE INDEX ledger_entry_by_copy ON ledger_entry (copy_id, idx);
-- A start has at most one end.
CREATE UNIQUE INDEX ledger_entry_by_closes ON ledger_entry (closes);
CREATE TABLE ledger_checkpoint (
  size BIGINT PRIMARY KEY NOT NULL,
  note TEXT NOT NULL
);
-- Personal data beside the log: salt and value sealed under the person's key; may be erased, never changed.
CREATE TABLE ledger_personal (
  entry_idx BIGINT NOT NULL REFERENCES ledger_entry (idx),
  field TEXT NOT NULL,
  person_id BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (entry_idx, field)
);
CREATE INDEX ledger_personal_by_person ON ledger_personal (person_id);

-- Append-only: the database refuses what the program never does.
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER nda_no_update BEFORE UPDATE ON nda BEGIN SELECT RAISE(ABORT, 'nda is append-only'); END;
CREATE TRIGGER nda_no_delete BEFORE DELETE ON nda BEGIN SELECT RAISE(ABORT, 'nda is append-only'); END;
CREATE TRIGGER download_no_update BEFORE UPDATE ON download BEGIN SELECT RAISE(ABORT, 'download is append-only'); END;
CREATE TRIGGER download_no_delete BEFORE DELETE ON download BEGIN SELECT RAISE(ABORT, 'download is append-only'); END;
CREATE TRIGGER download_end_no_update BEFORE UPDATE ON download_end BEGIN SELECT RAISE(ABORT, 'download_end is append-only'); END;
CREATE TRIGGER download_end_no_delete BEFORE DELETE ON download_end BEGIN SELECT RAISE(ABORT, 'download_end is append-only'); END;
CREATE TRIGGER remediation_no_update BEFORE UPDATE ON remediation BEGIN SELECT RAISE(ABORT, 'remediation is append-only'); END;
CREATE TRIGGER remediation_no_delete BEFORE DELETE ON remediation BEGIN SELECT RAISE(ABORT, 'remediation is append-only'); END;
CREATE TRIGGER ledger_personal_no_update BEFORE UPDATE ON ledger_personal BEGIN SELECT RAISE(ABORT, 'ledger_personal is never changed'); END;
CREATE TRIGGER nda_acceptance_no_update BEFORE UPDATE ON nda_acceptance BEGIN SELECT RAISE(ABORT, 'nda_acceptance is never changed'); END;
CREATE TRIGGER sealed_object_no_update BEFORE UPDATE ON sealed_object BEGIN SELECT RAISE(ABORT, 'sealed_object is never changed'); END;
