-- Forgets withdrawals; the log keeps what it says of them.
DROP TABLE nda_withdrawal;
