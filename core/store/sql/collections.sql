SELECT collection, sum(live),
       sum(state IN (2, 3, 7)), sum(state IN (5, 6))
FROM record GROUP BY collection ORDER BY collection;
