-- Whether a record's deletion on the server waits for a person's word.
SELECT 1 FROM record AS r JOIN guard AS g ON g.collection = r.collection
WHERE r.key = :key AND r.state = 8 AND g.side = 'server' AND g.answered IS NULL;
