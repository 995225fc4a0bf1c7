-- Deletions that are too many at once for a collection wait for a person's word.
CREATE TABLE guard (
  collection TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('server', 'local')),   -- where they were made
  opened INTEGER NOT NULL,
  answered INTEGER,                     -- NULL: the question is open
  total INTEGER NOT NULL,               -- live records before them
  allowed INTEGER NOT NULL DEFAULT 0,   -- so many were let through and are not done yet
  PRIMARY KEY (collection, side)
) STRICT, WITHOUT ROWID;

-- What was deleted lately counts as well: many small lots are one large one.
CREATE INDEX history_deleted ON history (at) WHERE event = 'deleted';
