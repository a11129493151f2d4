-- Forgets since when which key-encryption key is current; what data keys are wrapped under stands in their own rows.
DROP TABLE kek;
