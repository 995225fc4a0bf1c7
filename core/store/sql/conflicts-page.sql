SELECT id FROM record WHERE state IN (5, 6) ORDER BY key LIMIT :limit OFFSET :offset;
