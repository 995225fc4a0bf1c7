SELECT since, session FROM checkpoint WHERE name = :name;
