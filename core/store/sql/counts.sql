-- "state > 1" names the partial index, which SQLite does not infer from the rest.
SELECT (SELECT count(*) FROM record WHERE live = 1),
       (SELECT count(*) FROM outbox WHERE sendable = 1),
       (SELECT coalesce(min(created), 0) FROM outbox WHERE sendable = 1),
       (SELECT count(*) FROM outbox WHERE sendable = 0 AND lane <> 'quarantine'),
       (SELECT count(*) FROM record WHERE state > 1 AND state = 9),
       (SELECT count(*) FROM record WHERE state > 1 AND state IN (5, 6)),
       (SELECT count(*) FROM problem WHERE solved IS NULL),
       (SELECT count(*) FROM record AS r WHERE state > 1 AND (state = 4 OR (state = 8 AND
         NOT EXISTS (SELECT 1 FROM guard AS g WHERE g.collection = r.collection AND
           g.side = 'server' AND g.answered IS NULL)))),
       (SELECT count(*) FROM record AS r WHERE state > 1 AND state = 8 AND
         EXISTS (SELECT 1 FROM guard AS g WHERE g.collection = r.collection AND
           g.side = 'server' AND g.answered IS NULL)),
       (SELECT count(*) FROM record AS r JOIN outbox AS o ON o.record = r.id
        WHERE r.state > 1 AND r.state = 10 AND r.live = 0 AND
          o.reason LIKE '{"code":"guard-local"%'),
       (SELECT count(*) FROM record AS r JOIN outbox AS o ON o.record = r.id
        WHERE r.state > 1 AND r.state = 10 AND (o.reason LIKE '{"code":"guard-alike"%' OR
          o.reason LIKE '{"code":"guard-merged"%'));
