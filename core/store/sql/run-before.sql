-- The last run before the first that is not older than a date, but none of the last few.
SELECT max(0, min((SELECT coalesce(min(id) - 1, 9223372036854775807) FROM run
                   WHERE ended IS NULL OR ended >= :date),
                  (SELECT coalesce(max(id), 0) - :keep FROM run)));
