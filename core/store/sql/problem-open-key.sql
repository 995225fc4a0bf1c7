-- A document that can't be a record here: once, however often it is listed.
INSERT INTO problem (key, reason, opened)
SELECT :key, :reason, :opened
WHERE NOT EXISTS (SELECT 1 FROM problem
                  WHERE record IS NULL AND key = :key AND solved IS NULL);
