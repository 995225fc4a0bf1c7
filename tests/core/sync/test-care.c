/* test-care.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a store needs now and then: it is checked, copied, and forgets what is long ago.
 */

#include "sync-rig.h"
#include "tests/lib/tally-fake-clock.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#define N_RECORDS 40

static TallyStoreFacts
facts_of (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  TallyStoreFacts facts;

  g_assert_true (tally_store_get_facts (rig->store, &facts, &error));
  g_assert_no_error (error);

  return facts;
}

static void
expect_complaints (SyncRig    *rig,
                   guint       n,
                   const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) complaints = tally_store_check (rig->store, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (complaints->len, ==, n);
  if (n > 0)
    g_assert_nonnull (strstr (complaints->pdata[0], words));
}

static void
change_all (SyncRig    *rig,
            const char *text)
{
  for (guint i = 0; i < N_RECORDS; i++)
    {
      g_autofree char *key = g_strdup_printf ("r:%u", i);
      g_autofree char *body = g_strdup_printf ("{\"n\":%u,\"text\":\"%s\"}", i, text);
      g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
      g_autoptr (TallyRevision) made =
        sync_rig_edit (rig, record != NULL ? record->local : NULL, key, body);
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
}

/* Forty records that a second run has changed: runs 1 and 2. */
static void
begin (SyncRig *rig)
{
  g_autofree char *long_text = g_strnfill (4000, 'x');

  change_all (rig, long_text);
  change_all (rig, "short");
}

static void
later (SyncRig *rig,
       guint    days)
{
  tally_fake_clock_advance (TALLY_FAKE_CLOCK (rig->clock), days * G_GINT64_CONSTANT (86400) *
                            G_USEC_PER_SEC);
}

static void
trim (SyncRig *rig,
      guint    n_kept)
{
  const TallyRetention rule = { .undo_days = 30, .run_days = 90, .n_kept = n_kept };
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_store_trim (rig->store, &rule, &error));
  g_assert_no_error (error);
  expect_complaints (rig, 0, NULL);
}

static gboolean
can_undo (SyncRig *rig,
          gint64   run)
{
  g_autoptr (GError) error = NULL;
  TallyUndoCounts counts;

  if (tally_store_count_undo (rig->store, run, &counts, &error))
    return TRUE;
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT);

  return FALSE;
}

static void
test_facts (SyncRig       *rig,
            gconstpointer  data)
{
  TallyStoreFacts facts;

  begin (rig);
  facts = facts_of (rig);
  g_assert_cmpint (facts.bytes, >, 0);
  g_assert_cmpuint (facts.n_records, ==, N_RECORDS);
  g_assert_cmpuint (facts.n_revisions, ==, 2 * N_RECORDS);
  g_assert_cmpuint (facts.n_runs, ==, 2);
  g_assert_cmpuint (facts.n_preimages, ==, 2 * N_RECORDS);
  g_assert_cmpint (facts.undo_from, ==, 1);
  expect_complaints (rig, 0, NULL);
}

/* What is that old cannot be undone any more, and says so; the records stay as they are. */
static void
test_trimmed (SyncRig       *rig,
              gconstpointer  data)
{
  begin (rig);
  later (rig, 29);
  sync_rig_expect (rig, FALSE, "success", NULL);
  trim (rig, 0);
  g_assert_true (can_undo (rig, 2));

  later (rig, 2);
  trim (rig, 0);
  g_assert_false (can_undo (rig, 1));
  g_assert_false (can_undo (rig, 2));
  g_assert_true (can_undo (rig, 3));
  g_assert_cmpuint (facts_of (rig).n_preimages, ==, 0);
  g_assert_cmpuint (facts_of (rig).n_revisions, ==, N_RECORDS);
  g_assert_cmpuint (facts_of (rig).n_records, ==, N_RECORDS);
  g_assert_cmpuint (facts_of (rig).n_runs, ==, 3);

  later (rig, 60);
  trim (rig, 0);
  g_assert_cmpuint (facts_of (rig).n_runs, ==, 1);
}

/* A clock that was set forward by years takes none of the last few runs. */
static void
test_last_kept (SyncRig       *rig,
                gconstpointer  data)
{
  begin (rig);
  later (rig, 4000);
  trim (rig, 2);
  g_assert_true (can_undo (rig, 1));
  trim (rig, 1);
  g_assert_false (can_undo (rig, 1));
  g_assert_true (can_undo (rig, 2));
}

static void
test_compact (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gint64 bytes;

  begin (rig);
  bytes = facts_of (rig).bytes;
  later (rig, 31);
  trim (rig, 0);
  g_assert_cmpint (facts_of (rig).free_bytes, >, N_RECORDS * 2000);
  g_assert_true (tally_store_compact (rig->store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (facts_of (rig).bytes, <, bytes / 2);
  g_assert_cmpint (facts_of (rig).free_bytes, ==, 0);
  expect_complaints (rig, 0, NULL);
}

/* Whoever looks at it from outside. */
static void
meddle (SyncRig    *rig,
        const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (rig->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_complaints (SyncRig       *rig,
                 gconstpointer  data)
{
  begin (rig);
  meddle (rig, "UPDATE record SET state = 3 WHERE key = 'r:7'");
  expect_complaints (rig, 1, "“r:7”");
  meddle (rig, "UPDATE record SET state = 1");
  expect_complaints (rig, 0, NULL);

  meddle (rig, "UPDATE preimage SET before = 99999 WHERE run = 2 AND record = 3");
  expect_complaints (rig, 2, "“r:2”");
  meddle (rig, "DELETE FROM preimage");
  expect_complaints (rig, N_RECORDS, "that nothing needs");
  meddle (rig, "INSERT INTO history_side VALUES (1, 'local', 1)");
  expect_complaints (rig, N_RECORDS, "history_side");
}

static guint
count_in (SyncRig    *rig,
          const char *path)
{
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = {
    .path = path, .clock = rig->clock, .rand = rig->rand, .machine_id = "machine",
  };
  g_autoptr (TallyStore) store = tally_store_open (&options, &error);
  TallyStoreCounts counts;

  g_assert_no_error (error);
  g_assert_true (tally_store_count (store, &counts, &error));

  return counts.n_records;
}

static void
test_backup (SyncRig       *rig,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (rig->folder, "copy", NULL);
  g_autofree char *nowhere = g_build_filename (rig->folder, "no", "folder", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  begin (rig);
  g_assert_true (tally_store_back_up (rig->store, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpuint (count_in (rig, path), ==, N_RECORDS);

  g_assert_false (tally_store_back_up (rig->store, nowhere, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, nowhere));
}

/* Nineteen runs of one to nineteen seconds and one of a thousand: half took ten seconds at most, 95
 * of 100 nineteen. What is older does not count. */
static void
test_health (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (TallyHealth) health = NULL;
  g_autoptr (GError) error = NULL;
  const TallyErrorPattern *pattern;

  sync_rig_expect (rig, FALSE, "success", NULL);
  later (rig, 9);
  for (guint i = 0; i < 18; i++)
    sync_rig_expect (rig, FALSE, "success", NULL);
  sync_rig_meet (rig, "probe", 1, NULL);
  sync_rig_expect (rig, FALSE, "failed", "server-unreachable");
  sync_rig_expect (rig, FALSE, "failed", "server-unreachable");
  meddle (rig, "UPDATE run SET ended = started + 1000000 * (id - 1)");
  meddle (rig, "UPDATE run SET ended = started + 1000000000 WHERE id = 21");

  health = tally_store_get_health (rig->store, tally_store_get_date (rig->store) -
                                   7 * G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (health->n_success, ==, 18);
  g_assert_cmpuint (health->n_failed, ==, 2);
  g_assert_cmpuint (health->n_partial + health->n_cancelled, ==, 0);
  g_assert_cmpint (health->p50_us, ==, 10 * G_USEC_PER_SEC);
  g_assert_cmpint (health->p95_us, ==, 19 * G_USEC_PER_SEC);
  g_assert_cmpuint (health->errors->len, ==, 1);
  pattern = health->errors->pdata[0];
  g_assert_cmpstr (pattern->code, ==, "server-unreachable");
  g_assert_cmpuint (pattern->n, ==, 2);
  g_assert_cmpint (pattern->first_us, <=, pattern->last_us);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/care/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("facts", test_facts);
  ADD ("trimmed", test_trimmed);
  ADD ("last-kept", test_last_kept);
  ADD ("compact", test_compact);
  ADD ("complaints", test_complaints);
  ADD ("backup", test_backup);
  ADD ("health", test_health);
#undef ADD

  return g_test_run ();
}
