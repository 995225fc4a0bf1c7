UPDATE doc
SET seq = :seq, winner = :winner, deleted = :deleted, leaves = :leaves, tree = :tree
WHERE id = :id;
