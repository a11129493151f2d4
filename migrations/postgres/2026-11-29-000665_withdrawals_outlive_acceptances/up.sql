-- Whoever had withdrawn from an NDA could not be erased: their acceptance moves under a hold and its row goes, while the
-- row about the withdrawal stays for ever and pointed to it. It holds ids and times only, so it stands by itself.
ALTER TABLE nda_withdrawal DROP CONSTRAINT nda_withdrawal_acceptance_id_fkey;
