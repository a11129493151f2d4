-- "What came from this address?": addresses are sealed per person, so a blind index lies beside the sealed value, in the same
-- row, and goes with it when the person is erased. None beside other fields, and none beside what was written before: those
-- rows are never changed. The second index holds just these older addresses, so that the page can say from where on it finds.
ALTER TABLE ledger_personal ADD COLUMN network_index BYTEA;
CREATE INDEX ledger_personal_by_network ON ledger_personal (network_index, entry_idx) WHERE network_index IS NOT NULL;
CREATE INDEX ledger_personal_not_found ON ledger_personal (entry_idx) WHERE field = 'network_address' AND network_index IS NULL;
