-- One statement: numbers that are reckoned with one another are of one moment. "state > 1" names
-- the partial index, which SQLite does not infer from the rest.
SELECT (SELECT count(*) FROM record) - (SELECT count(*) FROM record WHERE live = 0),
       (SELECT count(*) FROM outbox WHERE sendable = 1),
       (SELECT coalesce(min(created), 0) FROM outbox WHERE sendable = 1),
       (SELECT count(*) FROM outbox WHERE sendable = 0 AND lane <> 'quarantine'),
       count(*) FILTER (WHERE state = 9),
       count(*) FILTER (WHERE state BETWEEN 5 AND 6),
       (SELECT count(*) FROM problem WHERE solved IS NULL),
       count(*) FILTER (WHERE state = 4 OR (state = 8 AND g.side IS NULL)),
       count(*) FILTER (WHERE state = 8 AND g.side IS NOT NULL),
       count(*) FILTER (WHERE state = 10 AND live = 0 AND o.reason LIKE '{"code":"guard-local"%'),
       count(*) FILTER (WHERE state = 10 AND (o.reason LIKE '{"code":"guard-alike"%' OR
                                              o.reason LIKE '{"code":"guard-merged"%'))
FROM record AS r
LEFT JOIN guard AS g ON r.state = 8 AND g.collection = r.collection AND
  g.side = 'server' AND g.answered IS NULL
LEFT JOIN outbox AS o ON r.state = 10 AND o.record = r.id
WHERE r.state > 1 AND r.state BETWEEN 4 AND 10;
