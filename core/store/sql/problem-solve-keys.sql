UPDATE problem SET solved = :solved
WHERE record IS NULL AND solved IS NULL
  AND (:code IS NULL OR reason LIKE '{"code":"' || :code || '"%');
