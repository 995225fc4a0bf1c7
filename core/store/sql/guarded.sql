-- The records of a question, by id, and which version each of them is.
SELECT r.id, (SELECT n.rev FROM revision AS n WHERE n.id = r.local)
FROM record AS r LEFT JOIN outbox AS o ON o.record = r.id
WHERE r.state > 1 AND r.collection = :collection AND r.id > :after AND CASE :side
  WHEN 'server' THEN r.state = 8
  WHEN 'alike' THEN r.state = 10 AND o.reason LIKE '{"code":"guard-alike"%'
  WHEN 'merged' THEN r.state = 10 AND o.reason LIKE '{"code":"guard-merged"%'
  ELSE (r.state = 7 AND EXISTS (SELECT 1 FROM revision AS v WHERE v.id = r.base AND v.deleted = 0))
    OR (r.state = 10 AND r.live = 0 AND o.reason LIKE '{"code":"guard-local"%') END
ORDER BY r.id LIMIT :limit;
