INSERT INTO doc (key, seq, winner, deleted, leaves, tree)
VALUES (:key, :seq, :winner, :deleted, :leaves, :tree);
