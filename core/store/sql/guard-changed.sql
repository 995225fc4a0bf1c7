-- CROSS: the outbox is short, the records are many.
-- Collections of which edits of what the server has can leave, or are held for being too many: how
-- many, and of how many.
SELECT r.collection, count(*),
       (SELECT count(*) FROM record AS q WHERE q.collection = r.collection AND q.live = 1)
FROM outbox AS o CROSS JOIN record AS r ON r.id = o.record
WHERE (o.sendable = 1 OR o.reason LIKE '{"code":"guard-alike"%') AND r.live = 1 AND
  EXISTS (SELECT 1 FROM revision AS v WHERE v.id = r.base AND v.deleted = 0)
GROUP BY r.collection;
