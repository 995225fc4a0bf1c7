-- … and which these are, by id.
SELECT r.id FROM outbox AS o CROSS JOIN record AS r ON r.id = o.record
WHERE (o.sendable = 1 OR o.reason LIKE '{"code":"guard-alike"%') AND r.live = 1 AND r.collection = :collection AND r.id > :after AND
  EXISTS (SELECT 1 FROM revision AS v WHERE v.id = r.base AND v.deleted = 0)
ORDER BY r.id LIMIT :limit;
