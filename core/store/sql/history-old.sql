-- Lines of settled matters: nothing of the record waits, and nothing about it is open.
SELECT h.id, h.record FROM history AS h JOIN record AS r ON r.id = h.record
WHERE h.at < :date AND r.state <= 1 AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.record = r.id)
ORDER BY h.at LIMIT :limit;
