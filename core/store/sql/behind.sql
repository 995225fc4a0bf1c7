-- Clean records whose server side is known and newer: a deletion that nothing holds, or a body.
SELECT r.id FROM record AS r
WHERE r.state > 1 AND r.id > :after AND (
  (r.state = 8 AND NOT EXISTS (SELECT 1 FROM guard AS g
    WHERE g.collection = r.collection AND g.side = 'server' AND g.answered IS NULL)) OR
  (r.state = 4 AND EXISTS
    (SELECT 1 FROM revision AS v WHERE v.id = r.remote AND v.body IS NOT NULL)))
ORDER BY +r.id LIMIT :limit;
