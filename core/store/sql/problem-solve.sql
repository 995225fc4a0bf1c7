UPDATE problem SET solved = :solved WHERE record = :record AND solved IS NULL;
