-- What no declared key proves. Each row: a word for the complaint, and whom it is about.
SELECT 'pointer', r.key FROM record AS r
WHERE EXISTS (SELECT 1 FROM (SELECT r.base AS id UNION ALL SELECT r.local UNION ALL SELECT r.remote)
              AS p WHERE p.id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM revision AS v WHERE v.id = p.id AND v.record = r.id))
UNION ALL
SELECT 'outbox', r.key FROM outbox AS o JOIN record AS r ON r.id = o.record
WHERE NOT EXISTS (SELECT 1 FROM revision AS v WHERE v.id = o.rev AND v.record = o.record)
UNION ALL
SELECT 'preimage', r.key FROM preimage AS p JOIN record AS r ON r.id = p.record
WHERE p.before IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM revision AS v WHERE v.id = p.before AND v.record = p.record)
UNION ALL
SELECT 'unused', r.key FROM revision AS v JOIN record AS r ON r.id = v.record
WHERE v.remote_leaf = 0
  AND v.id IS NOT r.base AND v.id IS NOT r.local AND v.id IS NOT r.remote
  AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.rev = v.id OR o.sent_rev = v.id)
  AND NOT EXISTS (SELECT 1 FROM history_side AS s WHERE s.revision = v.id)
  AND NOT EXISTS (SELECT 1 FROM preimage AS p WHERE p.before = v.id);
