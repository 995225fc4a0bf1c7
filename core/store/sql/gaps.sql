-- Records with a leaf whose body is not known.
SELECT DISTINCT record FROM revision
WHERE remote_leaf = 1 AND body IS NULL AND record > :after
ORDER BY record LIMIT :limit;
