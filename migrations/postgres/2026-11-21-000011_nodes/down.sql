-- Back to one node.
DROP TABLE letter_claim;
ALTER TABLE download DROP COLUMN node_id;
DROP TABLE node;
