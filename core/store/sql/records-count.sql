-- records-total without a search: no body has to be read.
SELECT count(*) FROM record AS r
WHERE (r.live = 1 OR r.state > 1)
  AND (:collection IS NULL OR r.collection = :collection)
  AND (:problems = 0 OR r.state > 1);
