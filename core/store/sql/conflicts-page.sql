SELECT id FROM record WHERE state > 1 AND state IN (5, 6) ORDER BY key LIMIT :limit OFFSET :offset;
