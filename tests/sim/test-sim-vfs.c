/* test-sim-vfs.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-clock.h"
#include "sim/sim-vfs.h"

#include <sqlite3.h>
#include <string.h>

#define N_CRASHES 400
#define N_ROWS 40     /* a writer's */

/* What one life of a disk showed. */
typedef struct
{
  guint    n_acknowledged;
  guint    n_found;
  gboolean intact;
} Outcome;

static int
run (sqlite3    *db,
     const char *sql)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL);
}

static sqlite3 *
open_db (TallySimVfs *disk,
         const char  *synchronous)
{
  g_autofree char *pragma = g_strdup_printf ("PRAGMA synchronous=%s", synchronous);
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2 ("store.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              tally_sim_vfs_get_name (disk));

  if (code == SQLITE_OK)
    code = run (db, "PRAGMA journal_mode=WAL");
  if (code == SQLITE_OK)
    code = run (db, pragma);
  if (code == SQLITE_OK)
    return db;

  sqlite3_close (db);
  return NULL;
}

static gint64
query_int (sqlite3    *db,
           const char *sql)
{
  sqlite3_stmt *statement = NULL;
  gint64 value = -1;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return value;
}

static gboolean
is_intact (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  gboolean intact;

  intact = sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK &&
           sqlite3_step (statement) == SQLITE_ROW &&
           strcmp ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
  sqlite3_finalize (statement);

  return intact;
}

/* Rows of one to a few pages, committed one by one until the disk dies. */
static Outcome
live_and_die (guint32        seed,
              const char    *synchronous,
              TallySimCrash  crash)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", seed, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Outcome outcome = { 0 };
  sqlite3 *db = open_db (disk, synchronous);

  g_assert_nonnull (db);
  run (db, "PRAGMA wal_autocheckpoint=8; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  tally_sim_vfs_crash_after (disk, g_rand_int_range (rand, 1, 200));

  while (!tally_sim_vfs_is_dead (disk))
    if (run (db, "INSERT INTO t (body) VALUES (zeroblob (abs (random () % 9000)))") == SQLITE_OK)
      outcome.n_acknowledged++;
  g_assert_cmpint (run (db, "SELECT count(*) FROM sqlite_schema"), !=, SQLITE_OK);
  sqlite3_close (db);

  tally_sim_vfs_restart (disk, crash);
  db = open_db (disk, synchronous);
  if (db != NULL)
    {
      outcome.intact = is_intact (db);
      outcome.n_found = (guint) MAX (query_int (db, "SELECT count(*) FROM t"), 0);
    }
  sqlite3_close (db);

  return outcome;
}

static void
test_synced (void)
{
  for (guint32 seed = 0; seed < N_CRASHES; seed++)
    {
      Outcome outcome = live_and_die (seed, "FULL", TALLY_SIM_CRASH_POWER);

      g_assert_true (outcome.intact);
      g_assert_cmpuint (outcome.n_found, >=, outcome.n_acknowledged);
      g_assert_cmpuint (outcome.n_found, <=, outcome.n_acknowledged + 1);
    }
}

/* The control: a simulator that loses nothing here proves nothing there. */
static void
test_off (void)
{
  guint n_lost = 0;

  for (guint32 seed = 0; seed < N_CRASHES; seed++)
    {
      Outcome outcome = live_and_die (seed, "OFF", TALLY_SIM_CRASH_POWER);

      n_lost += !outcome.intact || outcome.n_found < outcome.n_acknowledged;
    }

  g_test_message ("%u of %u lost with synchronous=OFF", n_lost, N_CRASHES);
  g_assert_cmpuint (n_lost, >, N_CRASHES / 10);
}

static void
test_kill (void)
{
  for (guint32 seed = 0; seed < N_CRASHES; seed++)
    {
      Outcome outcome = live_and_die (seed, "OFF", TALLY_SIM_CRASH_KILL);

      g_assert_true (outcome.intact);
      g_assert_cmpuint (outcome.n_found, >=, outcome.n_acknowledged);
    }
}

static void
test_same_seed (void)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      Outcome a = live_and_die (seed, "OFF", TALLY_SIM_CRASH_POWER);
      Outcome b = live_and_die (seed, "OFF", TALLY_SIM_CRASH_POWER);

      g_assert_cmpuint (a.n_acknowledged, ==, b.n_acknowledged);
      g_assert_cmpuint (a.n_found, ==, b.n_found);
      g_assert_cmpint (a.intact, ==, b.intact);
    }
}

static void
test_two_connections (void)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  sqlite3 *a = open_db (disk, "FULL");
  sqlite3 *b;

  run (a, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  b = open_db (disk, "FULL");
  g_assert_cmpint (query_int (b, "SELECT count(*) FROM t"), ==, 1);

  /* One writer at a time; a reader keeps its picture. */
  g_assert_cmpint (run (a, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)"), ==, SQLITE_OK);
  g_assert_cmpint (run (b, "BEGIN IMMEDIATE"), ==, SQLITE_BUSY);
  g_assert_cmpint (query_int (b, "SELECT count(*) FROM t"), ==, 1);
  g_assert_cmpint (run (b, "BEGIN; SELECT count(*) FROM t"), ==, SQLITE_OK);
  g_assert_cmpint (run (a, "COMMIT"), ==, SQLITE_OK);
  g_assert_cmpint (query_int (b, "SELECT count(*) FROM t"), ==, 1);
  g_assert_cmpint (run (b, "COMMIT"), ==, SQLITE_OK);
  g_assert_cmpint (query_int (b, "SELECT count(*) FROM t"), ==, 2);
  g_assert_cmpint (run (b, "INSERT INTO t VALUES (3)"), ==, SQLITE_OK);
  g_assert_cmpint (query_int (a, "SELECT count(*) FROM t"), ==, 3);

  sqlite3_close (a);
  g_assert_cmpint (query_int (b, "SELECT count(*) FROM t"), ==, 3);
  sqlite3_close (b);
  g_assert_cmpuint (tally_sim_vfs_get_n_open (disk), ==, 0);
}

static void
test_no_room (void)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  sqlite3 *db = open_db (disk, "FULL");
  guint64 n_ops;

  run (db, "PRAGMA temp.cache_size=2; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (randomblob (50000))"), ==, SQLITE_OK);
  g_assert_cmpint (run (db, "PRAGMA wal_checkpoint"), ==, SQLITE_OK);
  tally_sim_vfs_set_full (disk, TRUE);

  /* The log begins anew after a checkpoint: there is room in it up to its length. */
  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (randomblob (100))"), ==, SQLITE_OK);
  n_ops = tally_sim_vfs_get_n_ops (disk);
  g_assert_cmpint (run (db, "CREATE TEMP TABLE s AS SELECT * FROM t"), ==, SQLITE_FULL);
  g_assert_cmpuint (tally_sim_vfs_get_n_ops (disk), ==, n_ops);
  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (randomblob (90000))"), ==, SQLITE_FULL);
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, 2);
  g_assert_true (is_intact (db));
  g_assert_false (tally_sim_vfs_has_failed (disk));

  tally_sim_vfs_set_full (disk, FALSE);
  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (randomblob (90000))"), ==, SQLITE_OK);
  g_assert_cmpint (run (db, "CREATE TEMP TABLE s AS SELECT * FROM t"), ==, SQLITE_OK);
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM s"), ==, 3);
  sqlite3_close (db);
}

/* Rows committed one by one while @n_times calls fail from the @n_calls-th on. FALSE: there were
 * not so many calls. */
static gboolean
live_and_fail (guint64 n_calls,
               guint   n_times)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  sqlite3 *db = open_db (disk, "FULL");
  guint n_acknowledged = 0;

  run (db, "PRAGMA wal_autocheckpoint=8; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  tally_sim_vfs_fail_after (disk, n_calls, n_times);
  for (guint i = 0; i < 12; i++)
    {
      int code = run (db, "INSERT INTO t (body) VALUES (zeroblob (abs (random () % 9000)))");

      n_acknowledged += code == SQLITE_OK;
      if (code != SQLITE_OK)
        g_assert_true (tally_sim_vfs_has_failed (disk));
      if (code != SQLITE_OK && (code & 0xff) != SQLITE_CANTOPEN)
        g_assert_cmpint (code & 0xff, ==, SQLITE_IOERR);
    }

  tally_sim_vfs_disarm (disk);
  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (zeroblob (9000))"), ==, SQLITE_OK);
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, n_acknowledged + 1);
  g_assert_true (is_intact (db));
  sqlite3_close (db);

  /* And what is on the disk is the same. */
  db = open_db (disk, "FULL");
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, n_acknowledged + 1);
  g_assert_true (is_intact (db));
  sqlite3_close (db);

  return tally_sim_vfs_has_failed (disk);
}

static void
test_failures (void)
{
  guint64 n_calls = 1;

  while (live_and_fail (n_calls, 1 + (n_calls % 3) * 4))
    n_calls++;

  g_test_message ("%" G_GUINT64_FORMAT " calls", n_calls);
  g_assert_cmpuint (n_calls, >, 100);
}

static void
test_failure_counted (void)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  guint64 n_calls = tally_sim_vfs_get_n_calls (disk);
  sqlite3 *db;

  tally_sim_vfs_fail_after (disk, 1, 1);
  g_assert_cmpint (sqlite3_open_v2 ("store.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                    tally_sim_vfs_get_name (disk)), ==, SQLITE_CANTOPEN);
  sqlite3_close (db);
  g_assert_true (tally_sim_vfs_has_failed (disk));
  g_assert_cmpuint (tally_sim_vfs_get_n_calls (disk), ==, n_calls + 1);

  db = open_db (disk, "FULL");
  g_assert_nonnull (db);
  g_assert_cmpuint (tally_sim_vfs_get_n_calls (disk), >, n_calls + 5);
  sqlite3_close (db);
}

static void
test_image (void)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  g_autoptr (TallySimVfs) other = tally_sim_vfs_new ("sim-other", 2, NULL);
  g_autoptr (TallySimImage) image = NULL;
  sqlite3 *db = open_db (disk, "OFF");

  /* One row is in the database, one in the log only, and neither is synced. */
  run (db, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  run (db, "PRAGMA wal_checkpoint; INSERT INTO t VALUES (2)");
  image = tally_sim_vfs_snapshot (disk);
  run (db, "INSERT INTO t VALUES (3)");
  sqlite3_close (db);

  for (guint i = 0; i < 20; i++)
    {
      TallySimVfs *chosen = i % 2 == 0 ? disk : other;

      tally_sim_vfs_load (chosen, image);
      tally_sim_vfs_crash_after (chosen, 0);
      g_assert_false (tally_sim_vfs_restart (chosen, TALLY_SIM_CRASH_POWER));
      db = open_db (chosen, "OFF");
      g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, 2);
      g_assert_true (is_intact (db));
      g_assert_cmpint (run (db, "INSERT INTO t VALUES (4); DROP TABLE t"), ==, SQLITE_OK);
      sqlite3_close (db);
    }
}

typedef struct
{
  TallySimBaton *baton;
  TallySimVfs   *disk;
  TallySimActor *last;        /* the writer of the last row */
  guint          n_changes;   /* of the writer */
  gboolean       yields;
} Writing;

static void
yield_cb (gpointer data)
{
  Writing *writing = data;

  g_assert_false (tally_sim_vfs_is_dead (writing->disk));
  if (writing->yields)
    tally_sim_baton_yield (writing->baton);
}

static void
write_rows (gpointer data)
{
  Writing *writing = data;
  sqlite3 *db = open_db (writing->disk, "FULL");

  sqlite3_busy_timeout (db, 5000);
  run (db, "PRAGMA wal_autocheckpoint=8");
  for (guint i = 0; i < N_ROWS; i++)
    {
      g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (randomblob (abs (random () % 9000)))"),
                       ==, SQLITE_OK);
      writing->n_changes += writing->last != tally_sim_baton_get_actor (writing->baton);
      writing->last = tally_sim_baton_get_actor (writing->baton);
    }
  sqlite3_close (db);
}

/* How often another writer took its turn. */
static guint
write_together (guint32  seed,
                gboolean yields)
{
  g_autoptr (TallySimBaton) baton = tally_sim_baton_new (seed);
  g_autoptr (TallySimClock) clock = tally_sim_clock_new (baton);
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", seed, TALLY_CLOCK (clock));
  Writing writing = { .baton = baton, .disk = disk };
  sqlite3 *db = open_db (disk, "FULL");

  tally_sim_vfs_set_yield (disk, yield_cb, &writing);
  run (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  sqlite3_close (db);

  writing.yields = yields;
  tally_sim_baton_spawn (baton, "a", write_rows, &writing);
  tally_sim_baton_spawn (baton, "b", write_rows, &writing);
  tally_sim_baton_run (baton);

  writing.yields = FALSE;
  db = open_db (disk, "FULL");
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, 2 * N_ROWS);
  g_assert_true (is_intact (db));
  run (db, "BEGIN IMMEDIATE");
  tally_sim_vfs_crash_after (disk, 0);
  sqlite3_close (db);

  return writing.n_changes;
}

static void
test_yield (void)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      g_assert_cmpuint (write_together (seed, FALSE), ==, 2);
      g_assert_cmpuint (write_together (seed, TRUE), >, N_ROWS / 2);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sim/vfs/full-loses-nothing", test_synced);
  g_test_add_func ("/sim/vfs/off-loses", test_off);
  g_test_add_func ("/sim/vfs/kill-keeps", test_kill);
  g_test_add_func ("/sim/vfs/same-seed", test_same_seed);
  g_test_add_func ("/sim/vfs/two-connections", test_two_connections);
  g_test_add_func ("/sim/vfs/no-room", test_no_room);
  g_test_add_func ("/sim/vfs/failures", test_failures);
  g_test_add_func ("/sim/vfs/failure-counted", test_failure_counted);
  g_test_add_func ("/sim/vfs/image", test_image);
  g_test_add_func ("/sim/vfs/yield", test_yield);

  return g_test_run ();
}
