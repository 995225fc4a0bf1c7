SELECT id, seq, winner, deleted, tree FROM doc WHERE key = :key;
