SELECT r.id, r.base, r.local, r.remote,
       o.seq, o.sent_rev, o.lane, o.reason, o.tries, o.next_try, o.closes, r.key
FROM record AS r LEFT JOIN outbox AS o ON o.record = r.id
WHERE r.id = :id;
