/* test-store.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "db/tally-db.h"
#include "store/tally-store-lock.h"
#include "store/tally-store.h"
#include "tests/lib/tally-fake-clock.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char       *dir;
  char       *path;
  TallyClock *clock;
  GRand      *rand;
  TallyStore *store;
} Fixture;

static TallyStore *
open_as (Fixture     *f,
         const char  *machine,
         GError     **error)
{
  TallyStoreOptions options = {
    .path = f->path,
    .clock = f->clock,
    .rand = f->rand,
    .machine_id = machine,
  };

  return tally_store_open (&options, error);
}

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("tally-store-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "s.tally", NULL);
  f->clock = TALLY_CLOCK (tally_fake_clock_new ());
  f->rand = g_rand_new_with_seed (1);
  f->store = open_as (f, "machine", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (f->dir, 0, NULL);
  const char *name;

  g_clear_pointer (&f->store, tally_store_close);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (f->dir, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);
  g_assert_finalize_object (f->clock);
  g_rand_free (f->rand);
  g_free (f->path);
  g_free (f->dir);
}

static void
put (Fixture    *f,
     const char *key,
     const char *body)
{
  g_autoptr (GError) error = NULL;

  tally_store_put (f->store, key, body, NULL, NULL, &error);
  g_assert_no_error (error);
}

static TallyStoreCounts
count (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  TallyStoreCounts counts;

  tally_store_count (f->store, &counts, &error);
  g_assert_no_error (error);

  return counts;
}

static void
test_put_get (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) again = NULL;

  put (f, "receipt:1", "{\"total\":12.50}");
  record = tally_store_get (f->store, "receipt:1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (record->local->body, ==, "{\"total\":12.50}");
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_PENDING);
  g_assert_null (record->base);

  /* never sent: a second edit takes the first one's place */
  put (f, "receipt:1", "{\"total\":12.90}");
  again = tally_store_get (f->store, "receipt:1", &error);
  g_assert_cmpuint (tally_rev_generation (again->local->rev), ==, 1);
  g_assert_cmpuint (count (f).n_pending, ==, 1);
  g_assert_cmpuint (count (f).n_records, ==, 1);
}

static void
test_delete (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRecord) record = NULL;

  g_assert_false (tally_store_delete (f->store, "a:1", NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* what never left just goes */
  put (f, "a:1", "{}");
  tally_store_delete (f->store, "a:1", NULL, &error);
  g_assert_no_error (error);
  record = tally_store_get (f->store, "a:1", &error);
  g_assert_no_error (error);
  g_assert_null (record);
  g_assert_cmpuint (count (f).n_pending, ==, 0);
}

static void
test_stale (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRevision) revision = NULL;

  g_assert_true (tally_store_put (f->store, "a:1", "{\"x\":1}", NULL, &revision, &error));
  put (f, "a:1", "{\"x\":2}");
  g_assert_false (tally_store_put (f->store, "a:1", "{\"x\":3}", revision->rev, NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
}

static void
test_bad_input (Fixture       *f,
                gconstpointer  data)
{
  static const char * const bodies[] = {
    "[]", "{\"_x\":1}", "{\"a\":1,\"a\":2}", "{", "", "{\"a\":\"\xff\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tally_store_put (f->store, "a:1", bodies[i], NULL, NULL, &error));
      g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT);
    }
  g_assert_cmpuint (count (f).n_records, ==, 0);
}

static TallyRevision *
parse (const char *line)
{
  g_autoptr (GError) error = NULL;
  TallyRevision *revision = tally_revision_parse (line, -1, &error);

  g_assert_no_error (error);

  return revision;
}

/* What no server would take is refused at the door, to the byte. */
static void
test_too_large (Fixture       *f,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gsize length = TALLY_STORE_MAX_BODY - strlen ("{\"t\":\"\"}");
  g_autofree char *text = g_strnfill (length, 'x');
  g_autofree char *fits = g_strdup_printf ("{\"t\":\"%s\"}", text);
  g_autofree char *too_large = g_strdup_printf ("{\"t\":\"%sx\"}", text);

  g_assert_true (tally_store_put (f->store, "r:1", fits, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tally_store_put (f->store, "r:1", too_large, NULL, NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (error->message, "8000000"));
}

static void
test_import (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) documents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  TallyImportResult result;

  put (f, "a:2", "{\"x\":2}");
  g_ptr_array_add (documents, parse ("{\"_id\":\"a:1\",\"x\":1}"));
  g_ptr_array_add (documents, parse ("{\"_id\":\"a:2\",\"x\":3}"));
  g_ptr_array_add (documents, parse ("{\"_id\":\"a:2\",\"x\":3}"));
  tally_store_import (f->store, documents, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_created, ==, 1);
  g_assert_cmpuint (result.n_changed, ==, 1);
  g_assert_cmpuint (result.n_unchanged, ==, 1);

  /* a stale one takes the whole file with it, and is named */
  g_ptr_array_set_size (documents, 0);
  g_ptr_array_add (documents, parse ("{\"_id\":\"a:9\",\"x\":1}"));
  g_ptr_array_add (documents, parse ("{\"_id\":\"a:1\",\"_rev\":\"7-abc\",\"x\":1}"));
  g_assert_false (tally_store_import (f->store, documents, &result, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_assert_nonnull (strstr (error->message, "line 2"));
  g_assert_cmpuint (count (f).n_records, ==, 2);
}

static void
test_lists (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) collections = NULL;
  TallyRecordQuery query = { .collection = "receipt" };
  TallyRecordQuery search = { .search = "CAFF%" };
  guint n_total;

  put (f, "receipt:2", "{\"item\":\"tè\"}");
  put (f, "receipt:1", "{\"item\":\"Caff% 100\"}");
  put (f, "till:1", "{}");
  put (f, "plain", "{}");

  rows = tally_store_list_records (f->store, &query, 0, 1, &n_total, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_total, ==, 2);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpstr (((TallyRecordRow *) rows->pdata[0])->key, ==, "receipt:1");

  found = tally_store_list_records (f->store, &search, 0, 10, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);

  collections = tally_store_list_collections (f->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (collections->len, ==, 3);
  g_assert_cmpstr (((TallyCollectionCount *) collections->pdata[0])->collection, ==, "");
  g_assert_cmpuint (((TallyCollectionCount *) collections->pdata[1])->n_records, ==, 2);
}

static void
test_device (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = g_strdup (tally_store_get_device (f->store));
  gint64 session;

  g_assert_cmpuint (strlen (first), ==, 16);
  tally_store_set_session (f->store, 7, &error);
  g_assert_no_error (error);

  tally_store_close (f->store);
  f->store = open_as (f, "machine", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tally_store_get_device (f->store), ==, first);

  /* a copied home is another device, and the mark on the server is not its own */
  tally_store_close (f->store);
  f->store = open_as (f, "another machine", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tally_store_get_device (f->store), !=, first);
  tally_store_get_session (f->store, &session, &error);
  g_assert_cmpint (session, ==, 0);
}

static void
test_lock (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyStoreLock) lock = tally_store_lock_acquire (f->path, NULL, &error);
  g_autoptr (TallyStoreHolder) holder = NULL;

  g_assert_no_error (error);
  tally_store_lock_set_address (lock, "unix:path=/nowhere", &error);
  g_assert_no_error (error);

  g_assert_null (tally_store_lock_acquire (f->path, &holder, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED);
  g_assert_cmpint (holder->pid, ==, getpid ());
  g_assert_cmpstr (holder->address, ==, "unix:path=/nowhere");
  g_clear_error (&error);

  g_clear_pointer (&lock, tally_store_lock_release);
  lock = tally_store_lock_acquire (f->path, NULL, &error);
  g_assert_no_error (error);
}

static void
test_private (Fixture       *f,
              gconstpointer  data)
{
  struct stat info;

  g_assert_cmpint (stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_runs (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRun) first = tally_run_new ("full", "start");
  g_autoptr (TallyRun) second = tally_run_new ("delta", "manual");
  g_autoptr (GPtrArray) rows = NULL;
  TallyRunRow *row;
  guint n_unfinished;

  first->started_us = 1;
  tally_store_begin_run (f->store, first, &n_unfinished, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_unfinished, ==, 0);

  /* the first one was cut off: the next closes it and says so */
  second->started_us = 1700000000123456;
  tally_store_begin_run (f->store, second, &n_unfinished, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_unfinished, ==, 1);
  second->ended_us = second->started_us + 5000;
  g_free (second->status);
  second->status = g_strdup ("success");
  tally_store_end_run (f->store, second, &error);
  g_assert_no_error (error);

  rows = tally_store_list_runs (f->store, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 2);
  row = rows->pdata[0];
  g_assert_cmpstr (row->status, ==, "success");
  g_assert_nonnull (strstr (row->json, "\"started\":\"2023-11-14T22:13:20.123Z\""));
  g_assert_nonnull (strstr (row->json, "\"duration_ms\":5,"));
  row = rows->pdata[1];
  g_assert_cmpstr (row->status, ==, "failed");
  g_assert_nonnull (strstr (row->json, "\"code\":\"interrupted\""));
}

static void
add_run (Fixture    *f,
         const char *status,
         guint64     bytes,
         gint64      duration_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRun) run = tally_run_new ("delta", "manual");
  guint n_unfinished;

  run->started_us = 1700000000000000;
  tally_store_begin_run (f->store, run, &n_unfinished, &error);
  g_assert_no_error (error);
  run->ended_us = run->started_us + duration_us;
  run->bytes_up = bytes / 4;
  run->bytes_down = bytes - bytes / 4;
  g_free (run->status);
  run->status = g_strdup (status);
  tally_store_end_run (f->store, run, &error);
  g_assert_no_error (error);
}

/* Of the runs that moved something, and came through. */
static void
test_pace (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  double pace;

  g_assert_true (tally_store_get_pace (f->store, &pace, &error));
  g_assert_cmpfloat (pace, ==, 0);
  add_run (f, "success", 600, 3 * G_USEC_PER_SEC);
  add_run (f, "failed", 900000, 1 * G_USEC_PER_SEC);
  g_assert_true (tally_store_get_pace (f->store, &pace, &error));
  g_assert_cmpfloat (pace, ==, 0);
  add_run (f, "success", 300000, 2 * G_USEC_PER_SEC);
  add_run (f, "partial", 100000, 3 * G_USEC_PER_SEC);
  g_assert_true (tally_store_get_pace (f->store, &pace, &error));
  g_assert_cmpfloat (pace, ==, 80000);
  for (guint i = 0; i < 20; i++)
    add_run (f, "success", 20000, 1 * G_USEC_PER_SEC);
  g_assert_true (tally_store_get_pace (f->store, &pace, &error));
  g_assert_cmpfloat (pace, ==, 20000);
}

static void
apply (Fixture     *f,
       TallyRecord *seen,
       TallyRecord *after)
{
  g_autoptr (GPtrArray) decisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
  g_autoptr (GPtrArray) moved = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (decisions, tally_decision_new (seen, after));
  tally_store_apply (f->store, decisions, NULL, 0, &moved, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (moved->len, ==, 0);
}

/* As a pull does: @revision is the server's only leaf. */
static void
show (Fixture       *f,
      TallyRevision *revision,
      gboolean       taken)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRecord) seen = tally_store_get (f->store, revision->key, &error);
  g_autoptr (TallyRecord) after = seen != NULL ? tally_record_copy (seen)
                                               : tally_record_new (revision->key);
  g_autoptr (GPtrArray) leaves =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  g_assert_no_error (error);
  g_ptr_array_add (leaves, tally_revision_ref (revision));
  tally_record_set_leaves (after, leaves);
  tally_record_set_remote (after, revision);
  if (taken)
    {
      tally_record_set_base (after, revision);
      tally_record_set_local (after, revision);
    }
  apply (f, seen, after);
}

/* "" says that there is nothing yet: whoever was faster is not written over. */
static void
test_put_new (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_store_put (f->store, "a:1", "{\"n\":1}", "", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tally_store_put (f->store, "a:1", "{\"n\":2}", "", NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_assert_nonnull (strstr (error->message, "exists already"));
  g_clear_error (&error);

  /* What was never seen here has no revision to be made on. */
  g_assert_false (tally_store_put (f->store, "a:2", "{}", "1-a", NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_assert_cmpuint (count (f).n_records, ==, 1);
}

static void
test_behind (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (TallyRevision) first = tally_revision_new_child (NULL, "a:1", FALSE, "{}", NULL);
  g_autoptr (TallyRevision) second =
    tally_revision_new_child (first, "a:1", FALSE, "{\"n\":1}", NULL);
  g_autoptr (TallyRevision) ended = tally_revision_new_child (second, "a:1", TRUE, NULL, NULL);

  show (f, first, TRUE);
  g_assert_cmpuint (count (f).n_behind, ==, 0);
  show (f, second, FALSE);
  g_assert_cmpuint (count (f).n_behind, ==, 1);
  show (f, ended, FALSE);
  g_assert_cmpuint (count (f).n_behind, ==, 1);
  g_assert_cmpuint (count (f).n_pending, ==, 0);
  show (f, ended, TRUE);
  g_assert_cmpuint (count (f).n_behind, ==, 0);
}

/* A creation that never left meets one whose body the server would not show: deleting ours leaves
 * nothing to be seen. */
static void
test_delete_before_unknown (Fixture       *f,
                            gconstpointer  data)
{
  g_autoptr (TallyRevision) theirs =
    tally_revision_new ("a:1", "1-b", NULL, FALSE, NULL, NULL);
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  put (f, "a:1", "{\"n\":1}");
  show (f, theirs, FALSE);
  tally_store_delete (f->store, "a:1", NULL, &error);
  g_assert_no_error (error);

  record = tally_store_get (f->store, "a:1", &error);
  g_assert_no_error (error);
  g_assert_false (tally_record_is_live (record));
  g_assert_null (record->local);
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_BEHIND);
  g_assert_cmpuint (count (f).n_records, ==, 0);
}

static gpointer
open_thread (gpointer data)
{
  Fixture *f = data;
  g_autoptr (TallyClock) clock = TALLY_CLOCK (tally_fake_clock_new ());
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (g_thread_self ()));
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = {
    .path = f->path,
    .clock = clock,
    .rand = rand,
    .machine_id = "machine",
  };
  TallyStore *store = tally_store_open (&options, &error);
  char *device;

  g_assert_no_error (error);
  device = g_strdup (tally_store_get_device (store));
  tally_store_close (store);

  return device;
}

/* Whoever comes second finds the name that is there: both write under one. */
static void
test_opened_twice (Fixture       *f,
                   gconstpointer  data)
{
  for (guint i = 0; i < 20; i++)
    {
      GThread *threads[2];
      char *devices[2];

      g_free (f->path);
      f->path = g_strdup_printf ("%s/s%u.tally", f->dir, i);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("open", open_thread, f);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        devices[j] = g_thread_join (threads[j]);
      g_assert_cmpstr (devices[0], ==, devices[1]);
      g_free (devices[0]);
      g_free (devices[1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/store/store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("put-get", test_put_get);
  ADD ("delete", test_delete);
  ADD ("stale", test_stale);
  ADD ("put-new", test_put_new);
  ADD ("behind", test_behind);
  ADD ("delete-before-unknown", test_delete_before_unknown);
  ADD ("opened-twice", test_opened_twice);
  ADD ("bad-input", test_bad_input);
  ADD ("too-large", test_too_large);
  ADD ("import", test_import);
  ADD ("lists", test_lists);
  ADD ("device", test_device);
  ADD ("lock", test_lock);
  ADD ("private", test_private);
  ADD ("runs", test_runs);
  ADD ("pace", test_pace);
#undef ADD

  return g_test_run ();
}
