INSERT INTO guard (collection, side, opened, total) VALUES (:collection, :side, :opened, :total)
ON CONFLICT (collection, side) DO UPDATE SET
  opened = iif(answered IS NULL, opened, excluded.opened),
  total = iif(answered IS NULL, total, excluded.total), answered = NULL, allowed = 0;
