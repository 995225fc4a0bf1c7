INSERT INTO problem (record, key, reason, opened) VALUES (:record, :key, :reason, :opened);
