-- Deletions that have not been carried out, and edits that are held back, by collection and side. A
-- deletion made here of what the server does not have is none there.
SELECT collection, 'server', count(*) FROM record WHERE state > 1 AND state = 8
GROUP BY collection
UNION ALL
SELECT r.collection, 'local', count(*) FROM record AS r JOIN outbox AS o ON o.record = r.id
WHERE r.state > 1 AND (
  (r.state = 7 AND EXISTS (SELECT 1 FROM revision AS v WHERE v.id = r.base AND v.deleted = 0)) OR
  (r.state = 10 AND r.live = 0 AND o.reason LIKE '{"code":"guard-local"%'))
GROUP BY r.collection
UNION ALL
SELECT r.collection, 'alike', count(*) FROM record AS r JOIN outbox AS o ON o.record = r.id
WHERE r.state > 1 AND r.state = 10 AND o.reason LIKE '{"code":"guard-alike"%'
GROUP BY r.collection
UNION ALL
SELECT r.collection, 'merged', count(*) FROM record AS r JOIN outbox AS o ON o.record = r.id
WHERE r.state > 1 AND r.state = 10 AND o.reason LIKE '{"code":"guard-merged"%'
GROUP BY r.collection;
