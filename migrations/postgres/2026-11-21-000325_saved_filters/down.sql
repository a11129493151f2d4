-- Forgets saved filters.
DROP TABLE saved_filter;
