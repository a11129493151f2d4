-- Takes the reminders away.
DROP TABLE reminder;
