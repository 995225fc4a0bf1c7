-- The runs that ended since a date, the quickest first.
SELECT status, max(ended - started, 0), coalesce(json_extract(summary, '$.bytes.up'), 0),
       coalesce(json_extract(summary, '$.bytes.down'), 0)
FROM run WHERE started >= :since AND ended IS NOT NULL ORDER BY 2;
