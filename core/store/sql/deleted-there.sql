SELECT id FROM record WHERE state = 8 ORDER BY id LIMIT :limit;
