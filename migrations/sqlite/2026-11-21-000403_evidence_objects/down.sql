DROP TABLE evidence_object;
