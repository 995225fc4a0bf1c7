DELETE FROM history WHERE id = :history;
