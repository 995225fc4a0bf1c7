SELECT 1 FROM problem WHERE record = :record AND reason = :reason AND solved IS NULL;
