-- Bytes and time of the last runs that moved enough to tell how fast it goes.
SELECT total(bytes), total(duration)
FROM (SELECT coalesce(json_extract(summary, '$.bytes.up'), 0) +
             coalesce(json_extract(summary, '$.bytes.down'), 0) AS bytes,
             max(ended - started, 0) AS duration
      FROM run WHERE ended IS NOT NULL AND status IN ('success', 'partial') AND bytes >= :least
      ORDER BY id DESC LIMIT :limit);
