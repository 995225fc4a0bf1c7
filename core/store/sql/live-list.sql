SELECT r.key, v.rev, v.body, v.attachments
FROM record AS r JOIN revision AS v ON v.id = r.local
WHERE r.live = 1 ORDER BY r.key;
