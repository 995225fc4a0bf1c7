-- The record model: pointers into revisions, one outbox row a record at most.

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  -- the text before the first ':'; '' stands for the database's name
  collection TEXT NOT NULL GENERATED ALWAYS AS
    (CASE WHEN instr(key, ':') > 1 THEN substr(key, 1, instr(key, ':') - 1) ELSE '' END) VIRTUAL,
  -- rows of revision; no declared keys: each would want an index of its own, or a scan for
  -- every revision that is pruned. The store's check proves them instead.
  base INTEGER,
  local INTEGER,
  remote INTEGER,
  -- derived from the pointers and leaves at every write, so that counting needs no join:
  -- see TallyRecordState; live: shown on this computer
  state INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX record_by_collection ON record (collection, live, state);
CREATE INDEX record_by_state ON record (state, live) WHERE state > 1;

CREATE TABLE revision (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  rev TEXT NOT NULL,
  ancestors TEXT NOT NULL DEFAULT '',   -- newest first, parted by spaces
  deleted INTEGER NOT NULL,
  body TEXT,                            -- text form; NULL when not known
  attachments TEXT,
  remote_leaf INTEGER NOT NULL DEFAULT 0,
  device TEXT,
  seen_at INTEGER NOT NULL,
  UNIQUE (record, rev)
) STRICT;

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  record INTEGER NOT NULL UNIQUE REFERENCES record (id),
  rev INTEGER NOT NULL REFERENCES revision (id),
  sent_rev INTEGER REFERENCES revision (id),
  lane TEXT NOT NULL DEFAULT 'send' CHECK (lane IN ('send', 'hold', 'quarantine')),
  reason TEXT,                          -- {"code":…,"arguments":{…}}
  tries INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL DEFAULT 0,
  closes TEXT NOT NULL DEFAULT '',      -- rev ids parted by spaces
  created INTEGER NOT NULL,
  sendable INTEGER NOT NULL DEFAULT 1   -- derived: lane send and no open conflict
) STRICT;

CREATE INDEX outbox_by_rev ON outbox (rev);
CREATE INDEX outbox_by_sent ON outbox (sent_rev) WHERE sent_rev IS NOT NULL;

CREATE TABLE checkpoint (
  name TEXT PRIMARY KEY,
  since TEXT,
  session INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL REFERENCES record (id),
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  run INTEGER,
  device TEXT NOT NULL
) STRICT;

CREATE INDEX history_by_record ON history (record);

-- What a line of history pins: these revisions keep their bodies.
CREATE TABLE history_side (
  history INTEGER NOT NULL REFERENCES history (id),
  role TEXT NOT NULL CHECK (role IN ('base', 'local', 'remote', 'result')),
  revision INTEGER NOT NULL REFERENCES revision (id),
  PRIMARY KEY (history, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX history_side_by_revision ON history_side (revision);

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  operation TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  grade TEXT,
  summary TEXT                          -- the object of `sync --json`
) STRICT;

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  record INTEGER REFERENCES record (id) ON DELETE CASCADE,
  key TEXT,                             -- of a record that could not be stored
  reason TEXT NOT NULL,
  opened INTEGER NOT NULL,
  solved INTEGER
) STRICT;

CREATE INDEX problem_open ON problem (record) WHERE solved IS NULL;
