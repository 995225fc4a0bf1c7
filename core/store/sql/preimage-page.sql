-- What a run changed, by the id of the record.
SELECT p.record, p.after, p.before IS NOT NULL, b.body, b.attachments
FROM preimage AS p LEFT JOIN revision AS b ON b.id = p.before
WHERE p.run = :run AND p.record > :position ORDER BY p.record LIMIT :limit;
