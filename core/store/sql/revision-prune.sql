-- Revisions nobody points at any more; history and pre-images pin what they name.
DELETE FROM revision
WHERE record = :record AND remote_leaf = 0
  AND NOT EXISTS (SELECT 1 FROM record AS r WHERE r.id = :record AND
        (r.base = revision.id OR r.local = revision.id OR r.remote = revision.id))
  AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.record = :record AND
        (o.rev = revision.id OR o.sent_rev = revision.id))
  AND NOT EXISTS (SELECT 1 FROM history_side AS h WHERE h.revision = revision.id)
  AND NOT EXISTS (SELECT 1 FROM preimage AS p WHERE p.before = revision.id);
