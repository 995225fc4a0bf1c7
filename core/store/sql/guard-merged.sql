-- CROSS: the outbox is short, the records are many.
-- Collections of which merges can leave, or are held for being too many: how many, and of how many.
SELECT r.collection, count(*),
       (SELECT count(*) FROM record AS q WHERE q.collection = r.collection AND q.live = 1)
FROM outbox AS o CROSS JOIN record AS r ON r.id = o.record
WHERE (o.sendable = 1 OR o.reason LIKE '{"code":"guard-merged"%') AND r.live = 1 AND EXISTS (SELECT 1 FROM history AS h
  WHERE h.record = r.id AND h.event = 'merged' AND h.at >= o.created)
GROUP BY r.collection;
