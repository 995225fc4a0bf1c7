INSERT INTO record (key) VALUES (:key);
