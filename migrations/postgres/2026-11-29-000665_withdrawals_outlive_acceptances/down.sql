-- Points to acceptances again; withdrawals of people who were erased go. The log keeps what it says of them.
ALTER TABLE nda_withdrawal DISABLE TRIGGER nda_withdrawal_append_only;
DELETE FROM nda_withdrawal WHERE acceptance_id NOT IN (SELECT id FROM nda_acceptance);
ALTER TABLE nda_withdrawal ENABLE TRIGGER nda_withdrawal_append_only;
ALTER TABLE nda_withdrawal ADD CONSTRAINT nda_withdrawal_acceptance_id_fkey FOREIGN KEY (acceptance_id) REFERENCES nda_acceptance (id);
