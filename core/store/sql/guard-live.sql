SELECT count(*) FROM record WHERE collection = :collection AND live = 1;
