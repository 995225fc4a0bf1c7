/* test-sim-memory.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-memory.h"
#include "sim/sim-vfs.h"

#include <sqlite3.h>
#include <string.h>

#define N_ROWS 6

static int
run (sqlite3    *db,
     const char *sql)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL);
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

static sqlite3 *
open_db (TallySimVfs *disk)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 ("store.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                    tally_sim_vfs_get_name (disk)), ==, SQLITE_OK);
  g_assert_cmpint (run (db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4"), ==, SQLITE_OK);

  return db;
}

static void
test_count (void)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  sqlite3 *db = open_db (disk);
  guint64 n = tally_sim_memory_get_n ();

  tally_sim_memory_fail_after (1, 1);
  g_assert_cmpint (run (db, "CREATE TABLE t (id INTEGER PRIMARY KEY)"), ==, SQLITE_OK);
  g_assert_cmpuint (tally_sim_memory_get_n (), ==, n);
  g_assert_false (tally_sim_memory_has_failed ());

  tally_sim_memory_count (TRUE);
  g_assert_cmpint (run (db, "INSERT INTO t VALUES (1)"), ==, SQLITE_NOMEM);
  g_assert_true (tally_sim_memory_has_failed ());
  g_assert_cmpint (run (db, "INSERT INTO t VALUES (2)"), ==, SQLITE_OK);
  g_assert_cmpuint (tally_sim_memory_get_n (), >, n + 1);

  tally_sim_memory_fail_after (1, 1);
  g_assert_false (tally_sim_memory_has_failed ());
  tally_sim_memory_fail_after (0, 0);
  g_assert_cmpint (run (db, "INSERT INTO t VALUES (3)"), ==, SQLITE_OK);
  g_assert_false (tally_sim_memory_has_failed ());
  tally_sim_memory_count (FALSE);

  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, 2);
  sqlite3_close (db);
}

/* Rows committed one by one while memory runs out at the @n-th allocation. FALSE: there were not
 * so many. */
static gboolean
live_and_starve (guint64 n,
                 guint   n_times)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("sim-test", 1, NULL);
  sqlite3 *db = open_db (disk);
  guint n_acknowledged = 0;

  run (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  tally_sim_memory_fail_after (n, n_times);
  tally_sim_memory_count (TRUE);
  for (guint i = 0; i < N_ROWS; i++)
    {
      int code = run (db, "INSERT INTO t (body) VALUES (zeroblob (abs (random () % 9000)))");

      n_acknowledged += code == SQLITE_OK;
      if (code != SQLITE_OK)
        g_assert_cmpint (code, ==, SQLITE_NOMEM);
    }
  tally_sim_memory_count (FALSE);

  g_assert_cmpint (run (db, "INSERT INTO t (body) VALUES (zeroblob (9000))"), ==, SQLITE_OK);
  sqlite3_close (db);
  db = open_db (disk);
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM t"), ==, n_acknowledged + 1);
  g_assert_cmpint (query_int (db, "SELECT count(*) FROM pragma_integrity_check "
                                  "WHERE integrity_check = 'ok'"), ==, 1);
  sqlite3_close (db);

  return tally_sim_memory_has_failed ();
}

static void
test_starve (void)
{
  guint64 n = 1;

  while (live_and_starve (n, 1 + n % 4))
    n++;

  g_test_message ("%" G_GUINT64_FORMAT " allocations", n);
  g_assert_cmpuint (n, >, 50);
}

static void
test_pieces (void)
{
  char *piece = sqlite3_malloc (10);

  g_assert_cmpuint (sqlite3_msize (piece), >=, 10);
  g_assert_cmpuint (GPOINTER_TO_SIZE (piece) % 8, ==, 0);
  for (guint i = 0; i < 10; i++)
    piece[i] = (char) i;

  tally_sim_memory_count (TRUE);
  tally_sim_memory_fail_after (1, 1);
  g_assert_null (sqlite3_realloc (piece, 100000));
  piece = sqlite3_realloc (piece, 100000);
  tally_sim_memory_count (FALSE);

  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (piece[i], ==, i);
  g_assert_cmpuint (sqlite3_msize (piece), >=, 100000);
  sqlite3_free (piece);
  sqlite3_free (NULL);
}

/* Pieces of all sizes come, change and go; none may touch another. */
static void
test_apart (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint8 *pieces[64] = { NULL };
  int sizes[64] = { 0 };

  for (guint i = 0; i < 20000; i++)
    {
      guint slot = g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces));
      int size = g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 1100 : 10000);
      gboolean grows = g_rand_boolean (rand);
      int n_kept = grows ? MIN (sizes[slot], size) : 0;

      if (!grows)
        g_clear_pointer (&pieces[slot], sqlite3_free);
      pieces[slot] = sqlite3_realloc (pieces[slot], size);
      g_assert_cmpuint (sqlite3_msize (pieces[slot]), >=, size);
      for (int j = 0; j < n_kept; j++)
        g_assert_cmpuint (pieces[slot][j], ==, slot);
      memset (pieces[slot], (int) slot, (gsize) size);
      sizes[slot] = size;
    }

  for (guint slot = 0; slot < G_N_ELEMENTS (pieces); slot++)
    sqlite3_free (pieces[slot]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tally_sim_vfs_set_up ();
  tally_sim_memory_set_up ();

  g_test_add_func ("/sim/memory/count", test_count);
  g_test_add_func ("/sim/memory/starve", test_starve);
  g_test_add_func ("/sim/memory/pieces", test_pieces);
  g_test_add_func ("/sim/memory/apart", test_apart);

  return g_test_run ();
}
