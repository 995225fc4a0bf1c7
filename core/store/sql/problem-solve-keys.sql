UPDATE problem SET solved = :solved WHERE record IS NULL AND solved IS NULL;
