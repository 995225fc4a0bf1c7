/* test-state-event.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executes the state × event table of core/README.md: each cell is a store brought into the
 * state, the event, and the state that must come of it.
 */

#include "sync/tally-sync.h"

#include "tests/lib/tally-fake-clock.h"
#include "tests/lib/tally-fake-remote.h"

#include <glib/gstdio.h>

#define KEY "r:1"

typedef struct
{
  char            *dir;
  char            *path;
  TallyClock      *clock;
  GRand           *rand;
  TallyStore      *store;
  TallyFakeRemote *remote;
  GCancellable    *cancellable;
  gboolean         cancel_after_page;
  gboolean         guards;         /* whoever deletes is asked */
  char            *last_code;      /* of the last run's error, "" for none */
} Rig;

static void
open_store (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = {
    .path = rig->path,
    .clock = rig->clock,
    .rand = rig->rand,
    .machine_id = "machine",
  };

  rig->store = tally_store_open (&options, &error);
  g_assert_no_error (error);
}

static void
rig_init (Rig *rig)
{
  *rig = (Rig) { 0 };
  rig->dir = g_dir_make_tmp ("tally-table-XXXXXX", NULL);
  rig->path = g_build_filename (rig->dir, "t.tally", NULL);
  rig->clock = TALLY_CLOCK (tally_fake_clock_new ());
  rig->rand = g_rand_new_with_seed (1);
  rig->remote = tally_fake_remote_new ();
  rig->cancellable = g_cancellable_new ();
  rig->last_code = g_strdup ("");
  open_store (rig);
}

static void
rig_clear (Rig *rig)
{
  g_autoptr (GDir) dir = g_dir_open (rig->dir, 0, NULL);
  const char *name;

  tally_store_close (rig->store);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (rig->dir, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (rig->dir), ==, 0);
  g_assert_finalize_object (rig->remote);
  g_assert_finalize_object (rig->clock);
  g_clear_object (&rig->cancellable);
  g_rand_free (rig->rand);
  g_free (rig->path);
  g_free (rig->dir);
  g_free (rig->last_code);
}

static void
progress_cb (const TallyProgress *progress,
             gpointer             user_data)
{
  Rig *rig = user_data;

  if (rig->cancel_after_page && progress->done > 0)
    g_cancellable_cancel (rig->cancellable);
}

static void
run_as (Rig      *rig,
        gboolean  adopt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRun) run = NULL;
  TallySyncOptions options = {
    .store = rig->store,
    .remote = TALLY_REMOTE (rig->remote),
    .clock = rig->clock,
    .trigger = "manual",
    .ask.adopt = adopt,
    .progress = progress_cb,
    .progress_data = rig,
    .guard = { .share = 1, .least = rig->guards ? 1 : G_MAXUINT },
  };

  g_cancellable_reset (rig->cancellable);
  run = tally_sync_run (&options, rig->cancellable, &error);
  g_assert_no_error (error);
  g_free (rig->last_code);
  rig->last_code = g_strdup (run->errors->len > 0
                             ? ((TallyRunError *) run->errors->pdata[0])->reason->code : "");
}

static void
run_once (Rig *rig)
{
  run_as (rig, FALSE);
}

static TallyRecord *
get (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  TallyRecord *record = tally_store_get (rig->store, KEY, &error);

  g_assert_no_error (error);

  return record;
}

static const char *
get_state (Rig *rig)
{
  g_autoptr (TallyRecord) record = get (rig);

  return record == NULL ? "absent" : tally_record_state_to_string (tally_record_get_state (record));
}

static void
put (Rig        *rig,
     const char *body)
{
  g_autoptr (GError) error = NULL;

  tally_store_put (rig->store, KEY, body, NULL, NULL, &error);
  g_assert_no_error (error);
}

static TallyRevision *
winner (Rig *rig)
{
  g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, KEY);

  return live->len > 0 ? tally_revision_ref (live->pdata[0]) : NULL;
}

/* Another client's edit of @parent on the server. */
static TallyRevision *
edit_there (Rig                 *rig,
            const TallyRevision *parent,
            const char          *body)
{
  return tally_fake_remote_edit (rig->remote, parent, KEY, body == NULL,
                                 body != NULL ? body : "{}");
}

/* --- the states --- */

static void
make_clean (Rig *rig)
{
  g_autoptr (TallyRevision) first = edit_there (rig, NULL, "{\"x\":1,\"y\":1}");

  run_once (rig);
  tally_fake_remote_back_up (rig->remote);
}

static void
make_pending (Rig *rig)
{
  make_clean (rig);
  put (rig, "{\"x\":2,\"y\":1}");
}

static void
make_sent (Rig *rig)
{
  make_pending (rig);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_LOST);
  run_once (rig);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_WORKS);
}

static void
make_behind (Rig *rig)
{
  g_autoptr (TallyRevision) first = NULL;
  g_autoptr (TallyRevision) bad = NULL;

  make_clean (rig);
  first = winner (rig);
  bad = edit_there (rig, first, "{\"x\":3,\"y\":1}");
  tally_fake_remote_refuse (rig->remote, bad->rev);
  run_once (rig);
}

static void
make_diverged (Rig *rig)
{
  g_autoptr (TallyRevision) first = NULL;
  g_autoptr (TallyRevision) theirs = NULL;

  make_pending (rig);
  first = winner (rig);
  theirs = edit_there (rig, first, "{\"x\":3,\"y\":1}");
  run_once (rig);
}

static void
make_forked (Rig *rig)
{
  g_autoptr (TallyRevision) first = NULL;
  g_autoptr (TallyRevision) one = NULL;
  g_autoptr (TallyRevision) two = NULL;

  make_clean (rig);
  first = winner (rig);
  one = edit_there (rig, first, "{\"x\":3,\"y\":1}");
  two = edit_there (rig, first, "{\"x\":4,\"y\":1}");
  run_once (rig);
}

static void
make_deleted_here (Rig *rig)
{
  g_autoptr (GError) error = NULL;

  make_clean (rig);
  tally_store_delete (rig->store, KEY, NULL, &error);
  g_assert_no_error (error);
}

static void
make_deleted_there (Rig *rig)
{
  g_autoptr (TallyRevision) first = NULL;
  g_autoptr (TallyRevision) gone = NULL;

  make_clean (rig);
  first = winner (rig);
  gone = edit_there (rig, first, NULL);
  rig->cancel_after_page = TRUE;
  run_once (rig);
  rig->cancel_after_page = FALSE;
}

static void
make_quarantined (Rig *rig)
{
  make_pending (rig);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_REFUSED);
  run_once (rig);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_WORKS);
}

static void
make_held (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) decisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
  g_autoptr (TallyRecord) seen = NULL;
  g_autoptr (TallyRecord) after = NULL;
  TallyOutboxEntry *outbox;

  make_pending (rig);
  seen = get (rig);
  after = tally_record_copy (seen);
  outbox = tally_record_need_outbox (after);
  outbox->lane = TALLY_LANE_HOLD;
  outbox->reason = tally_reason_new (TALLY_REASON_ON_HOLD, NULL);
  g_ptr_array_add (decisions, tally_decision_new (seen, after));
  tally_store_apply (rig->store, decisions, NULL, 0, NULL, &error);
  g_assert_no_error (error);
}

static void
make_absent (Rig *rig)
{
  run_once (rig);
  tally_fake_remote_back_up (rig->remote);
}

static const struct { const char *name; void (*make) (Rig *rig); } states[] = {
  { "absent", make_absent },
  { "clean", make_clean },
  { "pending", make_pending },
  { "sent", make_sent },
  { "behind", make_behind },
  { "diverged", make_diverged },
  { "forked", make_forked },
  { "deleted-here", make_deleted_here },
  { "deleted-there", make_deleted_there },
  { "quarantined", make_quarantined },
  { "held", make_held },
};

/* --- the events --- */

static void
on_edit (Rig *rig)
{
  put (rig, "{\"x\":9,\"y\":1}");
}

static void
on_delete (Rig *rig)
{
  g_autoptr (TallyRecord) before = get (rig);
  g_autoptr (GError) error = NULL;
  gboolean done = tally_store_delete (rig->store, KEY, NULL, &error);

  if (tally_record_is_live (before))
    g_assert_no_error (error);
  else
    g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND);
  g_assert_true (done == tally_record_is_live (before));
}

/* Another client edits another member on top of the server's winner. */
static void
on_pull (Rig *rig)
{
  g_autoptr (TallyRevision) parent = winner (rig);
  g_autoptr (TallyRevision) theirs = edit_there (rig, parent, "{\"x\":1,\"y\":7}");

  run_once (rig);
}

static void
on_pull_deletion (Rig *rig)
{
  g_autoptr (TallyRevision) parent = winner (rig);
  g_autoptr (TallyRevision) theirs = NULL;

  if (parent != NULL)
    theirs = edit_there (rig, parent, NULL);
  run_once (rig);
}

static void
on_look_ours (Rig *rig)
{
  run_once (rig);
}

static TallyRevision *
new_racing (Rig *rig)
{
  g_autoptr (TallyRevision) parent = winner (rig);

  return tally_revision_new_child (parent, KEY, FALSE, "{\"x\":8,\"y\":1}", NULL);
}

/* Theirs reaches the server between our pull and our push. */
static void
on_look_both (Rig *rig)
{
  g_autoptr (TallyRevision) racing = new_racing (rig);

  tally_fake_remote_race (rig->remote, racing);
  run_once (rig);
}

static void
on_look_foreign (Rig *rig)
{
  g_autoptr (TallyRevision) racing = new_racing (rig);

  tally_fake_remote_race (rig->remote, racing);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_LOST);
  run_once (rig);
}

static void
on_unknown (Rig *rig)
{
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_LOST);
  run_once (rig);
}

static void
on_refused (Rig *rig)
{
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_REFUSED);
  run_once (rig);
}

static void
on_settle (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRecord) shown = get (rig);
  gboolean open;

  if (shown == NULL)
    shown = tally_record_new (KEY);
  open = tally_record_is_conflict (shown);
  tally_store_settle (rig->store, shown, "{\"x\":5,\"y\":5}", NULL, NULL, &error);
  if (open)
    g_assert_no_error (error);
  else
    g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
}

static void
on_crash (Rig *rig)
{
  tally_store_close (rig->store);
  open_store (rig);
}

static void
on_recreated (Rig *rig)
{
  tally_fake_remote_recreate (rig->remote);
  run_once (rig);
  g_assert_cmpstr (rig->last_code, ==, "recreated");
}

/* What is here in agreement with the server must be there again. */
static void
assert_given_back (Rig *rig)
{
  g_autoptr (TallyRecord) record = get (rig);

  g_assert_cmpstr (rig->last_code, ==, "");
  if (record == NULL || record->base == NULL)
    return;

  g_assert_true (tally_fake_remote_has (rig->remote, KEY, record->base->rev));
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      g_assert_true (tally_fake_remote_has (rig->remote, KEY, leaf->rev));
    }
}

static void
on_adopt (Rig *rig)
{
  tally_fake_remote_recreate (rig->remote);
  run_as (rig, TRUE);
  assert_given_back (rig);
}

/* Of every single deletion somebody is asked. */
static void
on_guard (Rig *rig)
{
  rig->guards = TRUE;
  run_once (rig);
}

static void
answer (Rig      *rig,
        gboolean  keep)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) guards = NULL;

  on_guard (rig);
  guards = tally_store_list_guards (rig->store, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < guards->len; i++)
    {
      const TallyGuard *guard = guards->pdata[i];

      g_assert_cmpuint (guard->n_records, ==, 1);
      tally_store_answer_guard (rig->store, guard->collection, guard->side, keep,
                                guard->n_records, guard->mark, &error);
      g_assert_no_error (error);
    }
  run_once (rig);
}

static void
on_keep (Rig *rig)
{
  answer (rig, TRUE);
}

static void
on_confirm (Rig *rig)
{
  answer (rig, FALSE);
}

static gboolean
is_set_aside (Rig *rig)
{
  return g_str_equal (get_state (rig), "quarantined");
}

static void
check_outcome (gboolean      was_set_aside,
               gboolean      done,
               const GError *error)
{
  g_assert_true (done == was_set_aside);
  if (was_set_aside)
    g_assert_no_error (error);
  else
    g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND);
}

static void
on_retry (Rig *rig)
{
  gboolean was_set_aside = is_set_aside (rig);
  g_autoptr (GError) error = NULL;
  guint n;
  gboolean done = tally_store_retry (rig->store, KEY, &n, &error);

  check_outcome (was_set_aside, done, error);
}

static void
on_discard (Rig *rig)
{
  gboolean was_set_aside = is_set_aside (rig);
  g_autoptr (GError) error = NULL;
  gboolean done = tally_store_discard (rig->store, KEY, &error);

  check_outcome (was_set_aside, done, error);
}

/* The last run that changed what is shown, where it can be undone. */
static void
undo_last (Rig      *rig,
           gboolean  hold)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = tally_store_list_runs (rig->store, 100, &error);

  for (guint i = 0; i < runs->len; i++)
    {
      gint64 run = ((TallyRunRow *) runs->pdata[i])->id;
      TallyUndoCounts counts;
      guint n;

      g_assert_true (tally_store_count_undo (rig->store, run, &counts, &error));
      n = counts.n_restore + counts.n_delete;
      g_assert_true (tally_store_undo_run (rig->store, run, n, hold, &error));
      if (n > 0)
        return;
    }
}

static void
on_undo (Rig *rig)
{
  undo_last (rig, FALSE);
}

static void
on_undo_held (Rig *rig)
{
  undo_last (rig, TRUE);
}

static void
on_release (Rig *rig)
{
  gboolean was_held = g_str_equal (get_state (rig), "held");
  g_autoptr (GError) error = NULL;
  guint n;
  gboolean done = tally_store_release (rig->store, KEY, &n, &error);

  check_outcome (was_held, done, error);
}

static const struct { const char *name; void (*happen) (Rig *rig); } events[] = {
  { "edit", on_edit },
  { "delete", on_delete },
  { "pull", on_pull },
  { "pull deletion", on_pull_deletion },
  { "look: ours", on_look_ours },
  { "look: both", on_look_both },
  { "look: foreign", on_look_foreign },
  { "unknown", on_unknown },
  { "refused", on_refused },
  { "settle", on_settle },
  { "crash", on_crash },
  { "recreated", on_recreated },
  { "adopt", on_adopt },
  { "guard", on_guard },
  { "keep", on_keep },
  { "confirm", on_confirm },
  { "retry", on_retry },
  { "discard", on_discard },
  { "undo", on_undo },
  { "undo held", on_undo_held },
  { "release", on_release },
};

/* --- the table --- */

static char *
run_cell (guint state,
          guint event)
{
  Rig rig;
  char *result;

  rig_init (&rig);
  states[state].make (&rig);
  g_assert_cmpstr (get_state (&rig), ==, states[state].name);
  events[event].happen (&rig);
  result = g_strdup (get_state (&rig));
  rig_clear (&rig);

  return result;
}

static char **
split_row (const char *line)
{
  char **cells = g_strsplit (line + 1, "|", -1);

  for (guint i = 0; cells[i] != NULL; i++)
    g_strstrip (cells[i]);

  return cells;
}

static GHashTable *
read_table (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "core", "README.md",
                                            NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) head = NULL;
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = NULL;

      if (g_str_has_prefix (lines[i], "| state \\ event"))
        head = split_row (lines[i]);
      else if (head == NULL || !g_str_has_prefix (lines[i], "| **"))
        continue;
      else
        cells = split_row (lines[i]);
      for (guint j = 1; cells != NULL && cells[j] != NULL && *cells[j] != '\0'; j++)
        g_hash_table_insert (table, g_strdup_printf ("%s × %s", cells[0], head[j]),
                             g_strdup (cells[j]));
    }

  return table;
}

static void
test_cell (gconstpointer data)
{
  guint cell = GPOINTER_TO_UINT (data);
  guint state = cell / G_N_ELEMENTS (events);
  guint event = cell % G_N_ELEMENTS (events);
  g_autoptr (GHashTable) table = read_table ();
  g_autofree char *name = g_strdup_printf ("**%s** × %s", states[state].name, events[event].name);
  g_autofree char *result = run_cell (state, event);

  g_test_message ("%s: %s", name, result);
  g_assert_cmpstr (result, ==, g_hash_table_lookup (table, name));
}

/* A backup that still has the record's first revision lacks less, and comes to the same. */
static void
test_restored (gconstpointer data)
{
  guint state = GPOINTER_TO_UINT (data);
  g_autoptr (GHashTable) table = read_table ();
  g_autofree char *name = g_strdup_printf ("**%s** × adopt", states[state].name);
  Rig rig;

  rig_init (&rig);
  states[state].make (&rig);
  tally_fake_remote_restore (rig.remote);
  run_as (&rig, TRUE);
  assert_given_back (&rig);
  g_assert_cmpstr (get_state (&rig), ==, g_hash_table_lookup (table, name));
  rig_clear (&rig);
}

static void
test_whole (void)
{
  g_autoptr (GHashTable) table = read_table ();

  g_assert_cmpuint (g_hash_table_size (table), ==, G_N_ELEMENTS (states) * G_N_ELEMENTS (events));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();

  g_test_add_func ("/sync/state-event/whole", test_whole);
  for (guint i = 0; i < G_N_ELEMENTS (states) * G_N_ELEMENTS (events); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sync/state-event/%s/%s",
                                               states[i / G_N_ELEMENTS (events)].name,
                                               events[i % G_N_ELEMENTS (events)].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cell);
    }

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sync/state-event/%s/restored", states[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_restored);
    }

  return g_test_run ();
}
