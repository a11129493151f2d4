DROP TABLE waiting_alarm;
