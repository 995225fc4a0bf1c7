-- "state > 1" names the partial index, which SQLite does not infer from the rest.
SELECT (SELECT count(*) FROM record WHERE live = 1),
       (SELECT count(*) FROM outbox WHERE sendable = 1),
       (SELECT coalesce(min(created), 0) FROM outbox WHERE sendable = 1),
       (SELECT count(*) FROM outbox WHERE sendable = 0 AND lane <> 'quarantine'),
       (SELECT count(*) FROM record WHERE state > 1 AND state = 9),
       (SELECT count(*) FROM record WHERE state > 1 AND state IN (5, 6)),
       (SELECT count(*) FROM problem WHERE solved IS NULL),
       (SELECT count(*) FROM record WHERE state > 1 AND state IN (4, 8));
