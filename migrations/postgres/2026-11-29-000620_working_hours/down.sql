-- Forgets the working hours; the log keeps what it says of them.
DROP TABLE unusual_hours;
