-- … and which these are, by id.
SELECT r.id FROM outbox AS o CROSS JOIN record AS r ON r.id = o.record
WHERE (o.sendable = 1 OR o.reason LIKE '{"code":"guard-merged"%') AND r.live = 1 AND r.collection = :collection AND r.id > :after AND
  EXISTS (SELECT 1 FROM history AS h
    WHERE h.record = r.id AND h.event = 'merged' AND h.at >= o.created)
ORDER BY r.id LIMIT :limit;
