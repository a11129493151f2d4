-- Forgets which wishes were declined; the log keeps what it says of them.
DROP TABLE erasure_decline;
