SELECT count(*)
FROM record AS r JOIN revision AS v ON v.id = coalesce(r.local, r.remote)
WHERE (r.live = 1 OR r.state > 1)
  AND (:collection IS NULL OR r.collection = :collection)
  AND (:search IS NULL OR r.key LIKE :search ESCAPE '\' OR v.body LIKE :search ESCAPE '\')
  AND (:problems = 0 OR r.state > 1);
