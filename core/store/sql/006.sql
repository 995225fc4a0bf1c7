-- How many records there are is asked at every turn: SQLite counts a whole table by its pages, so
-- that only those that are gone have to be looked at one by one.
CREATE INDEX record_gone ON record (id) WHERE live = 0;
