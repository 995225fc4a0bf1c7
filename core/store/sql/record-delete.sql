DELETE FROM record
WHERE id = :id AND NOT EXISTS (SELECT 1 FROM history WHERE record = :id);
