-- What waits (sendable), is held or was set aside, in the order of the edits.
SELECT r.key, r.collection, o.reason, o.tries, o.created, o.next_try, v.deleted
FROM outbox AS o JOIN record AS r ON r.id = o.record JOIN revision AS v ON v.id = o.rev
WHERE CASE :lane WHEN 'quarantine' THEN r.state = 9
  WHEN 'hold' THEN o.sendable = 0 AND o.lane = 'hold' ELSE o.sendable = 1 END
ORDER BY o.seq LIMIT :limit OFFSET :offset;
