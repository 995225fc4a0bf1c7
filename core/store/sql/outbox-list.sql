SELECT record FROM outbox
WHERE seq > :after AND sendable = 1 AND next_try <= :date
ORDER BY seq LIMIT :limit;
