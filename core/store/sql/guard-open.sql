INSERT INTO guard (collection, side, opened, total) VALUES (:collection, :side, :opened, :total)
ON CONFLICT (collection, side) DO UPDATE SET
  opened = excluded.opened, answered = NULL, total = excluded.total, allowed = 0;
