-- Deletions that have not been carried out, and edits that are held back, by collection and side. A
-- deletion made here of what the server does not have is none there.
SELECT collection, side, count(*)
FROM (SELECT r.collection AS collection,
             CASE WHEN r.state = 8 THEN 'server'
                  WHEN r.state = 7 THEN
                    (SELECT 'local' FROM revision AS v WHERE v.id = r.base AND v.deleted = 0)
                  WHEN r.live = 0 AND o.reason LIKE '{"code":"guard-local"%' THEN 'local'
                  WHEN o.reason LIKE '{"code":"guard-alike"%' THEN 'alike'
                  WHEN o.reason LIKE '{"code":"guard-merged"%' THEN 'merged' END AS side
      FROM record AS r LEFT JOIN outbox AS o ON r.state = 10 AND o.record = r.id
      WHERE r.state > 1 AND r.state BETWEEN 7 AND 10)
WHERE side IS NOT NULL
GROUP BY collection, side;
