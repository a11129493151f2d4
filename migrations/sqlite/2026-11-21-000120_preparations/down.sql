-- Uploads are then prepared while the browser waits.
DROP TABLE preparation;
