/* test-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run is undone: everything it changed here is what it was before, and leaves like an edit.
 */

#include "sync-rig.h"

/* Of the large run; mixed: changed, deleted and new. */
#define N_RECORDS 900
#define N_NEW 100

static char *
key_of (guint i)
{
  return g_strdup_printf ("r:%u", i);
}

/* The last run that is on record. */
static gint64
last_run (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = tally_store_list_runs (rig->store, 1, &error);

  g_assert_no_error (error);

  return ((TallyRunRow *) runs->pdata[0])->id;
}

static void
expect_counts (SyncRig *rig,
               gint64   run,
               guint    n_restore,
               guint    n_delete,
               guint    n_left)
{
  g_autoptr (GError) error = NULL;
  TallyUndoCounts counts;

  tally_store_count_undo (rig->store, run, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts.n_restore, ==, n_restore);
  g_assert_cmpuint (counts.n_delete, ==, n_delete);
  g_assert_cmpuint (counts.n_left, ==, n_left);
}

static void
undo (SyncRig *rig,
      gint64   run,
      guint    n)
{
  g_autoptr (GError) error = NULL;

  tally_store_undo_run (rig->store, run, n, FALSE, &error);
  g_assert_no_error (error);
}

static gboolean
add_shown (const TallyRevision  *revision,
           gpointer              user_data,
           GError              **error)
{
  GString *text = user_data;

  g_string_append_printf (text, "%s %s\n", revision->key, revision->body);

  return TRUE;
}

/* Everything that is shown, as one text. */
static char *
dup_shown (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  tally_store_foreach_live (rig->store, add_shown, text, &error);
  g_assert_no_error (error);

  return g_strdup (text->str);
}

static void
delete_here (SyncRig    *rig,
             const char *key)
{
  g_autoptr (GError) error = NULL;

  tally_store_delete (rig->store, key, NULL, &error);
  g_assert_no_error (error);
}

static void
change_there (SyncRig *rig,
              guint    i)
{
  g_autofree char *key = key_of (i);
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
  g_autofree char *body = g_strdup_printf ("{\"n\":%u,\"changed\":true}", i);
  g_autoptr (TallyRevision) made =
    sync_rig_edit (rig, record->local, key, i % 9 == 8 ? NULL : body);
}

static void
begin (SyncRig *rig,
       guint    n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = key_of (i);
      g_autofree char *body = g_strdup_printf ("{\"n\":%u,\"price\":1.50}", i);
      g_autoptr (TallyRevision) made = sync_rig_edit (rig, NULL, key, body);
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
}

/* A thousand mixed changes; afterwards the bodies are byte for byte what they were, here and, when
 * that was sent, on the server, and a second undo has nothing to do. */
static void
test_large (SyncRig       *rig,
            gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *undone = NULL;
  gint64 run;

  begin (rig, N_RECORDS);
  before = dup_shown (rig);
  for (guint i = 0; i < N_RECORDS; i++)
    change_there (rig, i);
  for (guint i = N_RECORDS; i < N_RECORDS + N_NEW; i++)
    {
      g_autofree char *key = key_of (i);
      g_autoptr (TallyRevision) made = sync_rig_edit (rig, NULL, key, "{\"new\":true}");
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
  run = last_run (rig);

  expect_counts (rig, run, N_RECORDS, N_NEW, 0);
  undo (rig, run, N_RECORDS + N_NEW);
  undone = dup_shown (rig);
  g_assert_cmpstr (undone, ==, before);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, N_RECORDS + N_NEW);
  expect_counts (rig, run, 0, 0, N_RECORDS + N_NEW);

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  for (guint i = 0; i < N_RECORDS + N_NEW; i++)
    {
      g_autofree char *key = key_of (i);
      g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
      g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, key);

      g_assert_cmpuint (live->len, ==, i < N_RECORDS);
      if (i < N_RECORDS)
        g_assert_cmpstr (((TallyRevision *) live->pdata[0])->body, ==, record->local->body);
    }
}

/* What was edited since, or is in conflict, is named and left alone. */
static void
test_obstacles (SyncRig       *rig,
                gconstpointer  data)
{
  static const char * const obstacles[] = { NULL, "edited", "conflict", "edited" };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (TallyRecord) third = NULL;
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (GError) error = NULL;
  gint64 run;

  begin (rig, 4);
  run = last_run (rig);
  sync_rig_put (rig, "r:1", "{\"mine\":true}");
  third = sync_rig_get (rig, "r:2");
  theirs = sync_rig_edit (rig, third->local, "r:2", "{\"n\":\"theirs\"}");
  sync_rig_put (rig, "r:2", "{\"n\":\"mine\"}");
  delete_here (rig, "r:3");
  sync_rig_expect (rig, FALSE, "success", NULL);

  rows = tally_store_list_undo (rig->store, run, 0, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, G_N_ELEMENTS (obstacles));
  for (guint i = 0; i < rows->len; i++)
    {
      const TallyUndoRow *row = rows->pdata[i];
      g_autofree char *key = key_of (i);

      g_assert_cmpstr (row->key, ==, key);
      g_assert_cmpstr (row->action, ==, "delete");
      g_assert_null (row->body);
      g_assert_cmpstr (row->obstacle, ==, obstacles[i]);
    }
  expect_counts (rig, run, 0, 1, 3);
  undo (rig, run, 1);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 1);
}

/* The question was about other records than there are now. */
static void
test_stale (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gint64 run;

  begin (rig, 3);
  run = last_run (rig);
  sync_rig_put (rig, "r:1", "{\"mine\":true}");
  g_assert_false (tally_store_undo_run (rig->store, run, 3, FALSE, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_clear_error (&error);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 1);

  g_assert_false (tally_store_undo_run (rig->store, run + 7, 0, FALSE, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT);
}

static void
count_in_run (gpointer data)
{
  SyncRig *rig = data;
  g_autoptr (GError) error = NULL;
  TallyUndoCounts counts;

  g_assert_false (tally_store_count_undo (rig->store, last_run (rig), &counts, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
}

static void
test_running (SyncRig       *rig,
              gconstpointer  data)
{
  sync_rig_meet (rig, "list-changes", 1, count_in_run);
  begin (rig, 1);
  g_assert_cmpuint (sync_rig_n_asked (rig, "list-changes"), >, 0);
}

/* Changed by two runs: the first is not what is shown any more, the second is. What it was before
 * is kept although nothing else needs it, and an undo can be undone by hand like any edit. */
static void
test_two_runs (SyncRig       *rig,
               gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  gint64 first;
  gint64 second;

  begin (rig, 2);
  first = last_run (rig);
  change_there (rig, 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  second = last_run (rig);
  change_there (rig, 0);
  sync_rig_expect (rig, FALSE, "success", NULL);

  expect_counts (rig, first, 0, 0, 2);
  expect_counts (rig, second, 1, 0, 0);
  undo (rig, second, 1);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (record->local->body, ==, "{\"n\":1,\"price\":1.50}");
  undo (rig, last_run (rig), 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 2);
}

/* A merge in the run: the body of before is the local side. */
static void
test_merged (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyRevision) theirs = NULL;

  begin (rig, 1);
  record = sync_rig_get (rig, "r:0");
  theirs = sync_rig_edit (rig, record->local, "r:0", "{\"n\":7,\"price\":1.50}");
  sync_rig_put (rig, "r:0", "{\"n\":0,\"price\":2.00}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  expect_counts (rig, last_run (rig), 1, 0, 0);
  undo (rig, last_run (rig), 1);
  after = sync_rig_get (rig, "r:0");
  g_assert_cmpstr (after->local->body, ==, "{\"n\":0,\"price\":2.00}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/undo/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("large", test_large);
  ADD ("obstacles", test_obstacles);
  ADD ("stale", test_stale);
  ADD ("running", test_running);
  ADD ("two-runs", test_two_runs);
  ADD ("merged", test_merged);
#undef ADD

  return g_test_run ();
}
