SELECT collection, side, opened, total FROM guard WHERE answered IS NULL
ORDER BY collection, side;
