SELECT id FROM record WHERE state > 1 AND state = 9 AND id > :after ORDER BY id LIMIT :limit;
