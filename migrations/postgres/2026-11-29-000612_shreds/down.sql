-- Forgets when versions were shredded; their keys stay gone.
DROP TABLE report_shred;
