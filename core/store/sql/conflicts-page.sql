SELECT id FROM record WHERE state > 1 AND state BETWEEN 5 AND 6 ORDER BY key LIMIT :limit OFFSET :offset;
