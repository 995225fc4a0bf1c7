-- Deletions from the server that were carried out lately.
SELECT count(*) FROM history AS h JOIN record AS r ON r.id = h.record
WHERE h.event = 'deleted' AND h.at > :after AND r.collection = :collection;
