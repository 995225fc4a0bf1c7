/* sync-rig.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "sync-rig.h"

#include "http/tally-transport.h"
#include "tests/lib/tally-fake-clock.h"

#include <glib/gstdio.h>

static gboolean
asked_cb (TallyFakeRemote  *remote,
          const char       *request,
          gpointer          user_data,
          GError          **error)
{
  SyncRig *rig = user_data;
  guint n = sync_rig_n_asked (rig, request) + 1;

  g_hash_table_insert (rig->n_asked, (gpointer) request, GUINT_TO_POINTER (n));
  if (g_strcmp0 (rig->met, request) != 0 || rig->met_at != n)
    return TRUE;

  if (rig->meet != NULL)
    {
      rig->meet (rig);
      return TRUE;
    }

  g_set_error_literal (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE, "by the test");

  return FALSE;
}

void
sync_rig_set_up (SyncRig       *rig,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = { .machine_id = "machine" };

  rig->folder = g_dir_make_tmp ("tally-sync-XXXXXX", &error);
  g_assert_no_error (error);
  rig->path = g_build_filename (rig->folder, "t.tally", NULL);
  rig->clock = TALLY_CLOCK (tally_fake_clock_new ());
  rig->rand = g_rand_new_with_seed (1);
  rig->remote = tally_fake_remote_new ();
  rig->cancellable = g_cancellable_new ();
  rig->n_asked = g_hash_table_new (g_str_hash, g_str_equal);
  tally_fake_remote_set_hook (rig->remote, asked_cb, rig);

  options.path = rig->path;
  options.clock = rig->clock;
  options.rand = rig->rand;
  rig->store = tally_store_open (&options, &error);
  g_assert_no_error (error);
}

void
sync_rig_tear_down (SyncRig       *rig,
                    gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (rig->folder, 0, NULL);
  const char *name;

  tally_store_close (rig->store);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (rig->folder, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (rig->folder), ==, 0);
  g_assert_finalize_object (rig->remote);
  g_assert_finalize_object (rig->clock);
  g_clear_object (&rig->cancellable);
  g_hash_table_unref (rig->n_asked);
  g_rand_free (rig->rand);
  g_free (rig->path);
  g_free (rig->folder);
}

static TallySyncOptions
make_options (SyncRig *rig)
{
  g_hash_table_remove_all (rig->n_asked);
  g_cancellable_reset (rig->cancellable);

  return (TallySyncOptions) {
    .store = rig->store,
    .remote = TALLY_REMOTE (rig->remote),
    .clock = rig->clock,
    .trigger = "manual",
    .ask = rig->ask,
    .page_rows = rig->page_rows,
  };
}

static TallyRun *
run_once (SyncRig  *rig,
          gboolean  adopt)
{
  g_autoptr (GError) error = NULL;
  TallySyncOptions options = make_options (rig);
  TallyRun *run;

  options.ask.adopt = adopt;
  run = tally_sync_run (&options, rig->cancellable, &error);
  g_assert_no_error (error);

  return run;
}

TallyPlan *
sync_rig_plan (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  TallySyncOptions options = make_options (rig);
  TallyPlan *plan = tally_sync_plan (&options, TRUE, rig->cancellable, &error);

  g_assert_no_error (error);

  return plan;
}

TallyRun *
sync_rig_run (SyncRig *rig)
{
  return run_once (rig, FALSE);
}

TallyRun *
sync_rig_adopt (SyncRig *rig)
{
  return run_once (rig, TRUE);
}

static const char *
find_code (const TallyRun *run)
{
  for (guint i = 0; i < run->errors->len; i++)
    {
      const TallyRunError *failure = run->errors->pdata[i];

      if (failure->record == NULL)
        return failure->reason->code;
    }

  return NULL;
}

void
sync_rig_expect (SyncRig    *rig,
                 gboolean    adopt,
                 const char *status,
                 const char *code)
{
  g_autoptr (TallyRun) run = run_once (rig, adopt);

  g_assert_cmpstr (run->status, ==, status);
  g_assert_cmpstr (find_code (run), ==, code);
  g_assert_true (code == NULL || g_str_equal (run->grade, "none"));
}

void
sync_rig_meet (SyncRig     *rig,
               const char  *request,
               guint        n,
               void       (*meet) (gpointer rig))
{
  rig->met = request;
  rig->met_at = n;
  rig->meet = meet;
}

guint
sync_rig_n_asked (SyncRig    *rig,
                  const char *request)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (rig->n_asked, request));
}

void
sync_rig_put (SyncRig    *rig,
              const char *key,
              const char *body)
{
  g_autoptr (GError) error = NULL;

  tally_store_put (rig->store, key, body, NULL, NULL, &error);
  g_assert_no_error (error);
}

TallyRecord *
sync_rig_get (SyncRig    *rig,
              const char *key)
{
  g_autoptr (GError) error = NULL;
  TallyRecord *record = tally_store_get (rig->store, key, &error);

  g_assert_no_error (error);

  return record;
}

TallyStoreCounts
sync_rig_count (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  TallyStoreCounts counts;

  tally_store_count (rig->store, &counts, &error);
  g_assert_no_error (error);

  return counts;
}

gint64
sync_rig_session (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  gint64 session;

  tally_store_get_session (rig->store, &session, &error);
  g_assert_no_error (error);

  return session;
}

TallyRevision *
sync_rig_edit (SyncRig             *rig,
               const TallyRevision *parent,
               const char          *key,
               const char          *body)
{
  return tally_fake_remote_edit (rig->remote, parent, key, body == NULL,
                                 body != NULL ? body : "{}");
}
