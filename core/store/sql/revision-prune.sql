-- Revisions nobody points at any more; history and pre-images pin what they name.
DELETE FROM revision
WHERE record = :record AND remote_leaf = 0
  AND id NOT IN (SELECT value FROM (SELECT base AS value FROM record WHERE id = :record
                 UNION ALL SELECT local FROM record WHERE id = :record
                 UNION ALL SELECT remote FROM record WHERE id = :record
                 UNION ALL SELECT rev FROM outbox WHERE record = :record
                 UNION ALL SELECT sent_rev FROM outbox WHERE record = :record)
                 WHERE value IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM history_side AS h WHERE h.revision = revision.id)
  AND NOT EXISTS (SELECT 1 FROM preimage AS p WHERE p.before = revision.id);
