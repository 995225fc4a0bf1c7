-- Edits made alike to too many records, and merges of too many, wait for a person's word, too.
CREATE TABLE guard_new (
  collection TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('server', 'local', 'alike', 'merged')),   -- what it is about
  opened INTEGER NOT NULL,
  answered INTEGER,                     -- NULL: the question is open
  total INTEGER NOT NULL,               -- live records before them
  allowed INTEGER NOT NULL DEFAULT 0,   -- so many were let through and are not done yet
  PRIMARY KEY (collection, side)
) STRICT, WITHOUT ROWID;
INSERT INTO guard_new SELECT collection, side, opened, answered, total, allowed FROM guard;
DROP TABLE guard;
ALTER TABLE guard_new RENAME TO guard;

-- What is kept of the past can have an end.
CREATE INDEX history_by_date ON history (at);
