SELECT record FROM outbox
WHERE sendable = 0 AND lane = 'hold' AND reason LIKE '{"code":"on-hold"%' AND record > :after
ORDER BY record LIMIT :limit;
