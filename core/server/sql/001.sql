-- One database of the server. What a document is: a tree of revisions, and the bodies of its
-- leaves and of the last few inner revisions.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE doc (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE,     -- compared by bytes, as _all_docs lists them
  seq     INTEGER NOT NULL UNIQUE,  -- of its last change; the greatest is the database's
  winner  TEXT NOT NULL,
  deleted INTEGER NOT NULL,         -- whether the winner is a tombstone
  leaves  TEXT NOT NULL,            -- JSON, the members of a change's "changes"; from tree
  tree    TEXT NOT NULL
) STRICT;

CREATE TABLE body (
  id      INTEGER PRIMARY KEY,      -- in the order of arrival
  doc     INTEGER NOT NULL REFERENCES doc (id),
  rev     TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  body    TEXT NOT NULL,            -- text form
  UNIQUE (doc, rev)
) STRICT;

-- Documents that are never replicated: the checkpoints of those who replicate.
CREATE TABLE local_doc (
  key    TEXT PRIMARY KEY,
  number INTEGER NOT NULL,          -- the N of its revision 0-N
  body   TEXT NOT NULL
) STRICT;
