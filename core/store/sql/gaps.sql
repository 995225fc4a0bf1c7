-- Records with a live leaf whose body is not known.
SELECT DISTINCT record FROM revision
WHERE remote_leaf = 1 AND deleted = 0 AND body IS NULL AND record > :after
ORDER BY record LIMIT :limit;
