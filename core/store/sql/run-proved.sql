-- When all records were last held against the server's list; 0: never, as far as runs are kept.
SELECT coalesce(max(ended), 0) FROM run WHERE grade IN ('verified', 'compared');
