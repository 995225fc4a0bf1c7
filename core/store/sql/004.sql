-- What each run changed here: what was shown of the record before it.
CREATE TABLE preimage (
  run INTEGER NOT NULL,
  record INTEGER NOT NULL,
  before INTEGER,                       -- a row of revision; NULL: nothing was shown
  after TEXT,                           -- the revision shown after it; NULL: nothing
  PRIMARY KEY (run, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX preimage_by_before ON preimage (before) WHERE before IS NOT NULL;
