INSERT INTO outbox (record, rev, sent_rev, lane, reason, tries, next_try, closes, created, sendable)
VALUES (:record, :rev, :sent_rev, :lane, :reason, :tries, :next_try, :closes, :created, :sendable)
ON CONFLICT (record) DO UPDATE SET
  rev = excluded.rev, sent_rev = excluded.sent_rev, lane = excluded.lane,
  reason = excluded.reason, tries = excluded.tries, next_try = excluded.next_try,
  closes = excluded.closes, sendable = excluded.sendable;
