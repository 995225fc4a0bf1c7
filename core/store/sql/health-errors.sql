-- What went wrong since a date, by cause, the most frequent first.
SELECT json_extract(e.value, '$.code'), count(*), min(r.started), max(r.started)
FROM run AS r, json_each(r.summary, '$.errors') AS e
WHERE r.started >= :since AND r.ended IS NOT NULL
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit;
