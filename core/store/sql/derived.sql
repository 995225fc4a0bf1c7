-- What is kept of a record although it follows from the rest.
SELECT r.state, r.live, coalesce(o.sendable, 0) FROM record AS r
LEFT JOIN outbox AS o ON o.record = r.id WHERE r.id = :id;
