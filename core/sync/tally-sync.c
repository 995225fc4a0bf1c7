/* tally-sync.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "config.h"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"
#include "remote/tally-remote-reason.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* Push and look until nothing is left to send, but not for ever: what a third look does not show
 * waits for the next run. */
#define MAX_ROUNDS 3

void
tally_sync_tell (TallySyncContext *context)
{
  TallyRemoteTraffic traffic;

  tally_remote_get_traffic (context->options->remote, &traffic);
  context->progress.bytes = traffic.bytes_up + traffic.bytes_down;
  if (context->options->progress != NULL)
    context->options->progress (&context->progress, context->options->progress_data);
}

gboolean
tally_sync_load_order (TallyStore  *store,
                       TallyOrder **order,
                       GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GError) nonsense = NULL;
  g_autofree char *json = tally_store_dup_setting (store, TALLY_SYNC_ORDER_SETTING, &local_error);

  *order = NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (json != NULL)
    *order = tally_order_new (json, &nonsense);
  if (nonsense != NULL)
    g_info ("The order that is set cannot be read: %s", nonsense->message);

  return TRUE;
}

static gboolean
validate (TallySyncContext  *context,
          GError           **error)
{
  g_autoptr (TallyRemoteInfo) info = NULL;

  info = tally_remote_probe (context->options->remote, context->cancellable, error);

  return info != NULL && tally_sync_load_mark (context, error);
}

/* Where the run reads on, and what that makes of it. */
static gboolean
set_start (TallySyncContext  *context,
           GError           **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!context->options->ask.full)
    context->since = tally_store_dup_since (context->options->store, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  g_free (context->run->operation);
  context->run->operation = g_strdup (context->since == NULL ? "full" : "delta");

  return context->since != NULL ||
         tally_store_solve_problems (context->options->store, NULL, error);
}

static gboolean
prepare (TallySyncContext  *context,
         GError           **error)
{
  TallyStoreCounts counts;

  if (context->options->ask.look_only)
    {
      g_free (context->run->operation);
      context->run->operation = g_strdup ("verify");
      return TRUE;
    }

  if (context->adopting && !tally_sync_give_back (context, error))
    return FALSE;
  /* The first mark stands before the first page is asked for: writing one where there is none is
   * never stale, so it could not tell that the database was made anew in between. */
  if (context->mark == NULL && !tally_sync_move_mark (context, error))
    return FALSE;
  if (!set_start (context, error) || !tally_store_count (context->options->store, &counts, error))
    return FALSE;

  context->progress.total = counts.n_pending;

  return TRUE;
}

/* What the last round sent and no look has shown since. Where nothing at all was answered it is
 * the server that fails, not the records. */
static gboolean
judge_unknown (TallySyncContext  *context,
               GError           **error)
{
  GHashTableIter iter;
  gpointer key;
  gpointer reason;

  g_hash_table_iter_init (&iter, context->unknown);
  while (g_hash_table_iter_next (&iter, &key, &reason))
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (TallyRecord) record = tally_store_get (context->options->store, key, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (record == NULL || record->outbox == NULL || record->outbox->sent == NULL)
        continue;

      if (context->n_answered == 0)
        {
          context->given_up = tally_reason_ref (reason);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                               "no answer to anything that was sent");
          return FALSE;
        }
      context->run->n_failed++;
      context->progress.n_errors++;
      tally_run_add_error (context->run, key, tally_reason_ref (reason));
    }

  return TRUE;
}

/* What the server says it has, and no look shows: the checkpoint has passed it, as when the server
 * was put back in the middle of a run. Whoever reads everything again finds it. */
static gboolean
judge_hidden (TallySyncContext  *context,
              GError           **error)
{
  TallyStore *store = context->options->store;
  g_autoptr (GPtrArray) records = NULL;

  records = tally_store_list_outbox (store, 0, tally_clock_date_us (context->options->clock),
                                     TALLY_SYNC_BATCH_ROWS, error);
  if (records == NULL)
    return FALSE;

  for (guint i = 0; i < records->len; i++)
    {
      const TallyRecord *record = records->pdata[i];

      if (record->outbox->tries >= MAX_ROUNDS && record->outbox->sent != NULL &&
          !g_hash_table_contains (context->unknown, record->key))
        return tally_store_forget_since (store, error);
    }

  return TRUE;
}

static gboolean
execute (TallySyncContext  *context,
         GError           **error)
{
  guint n_sent;

  if (context->options->ask.look_only)
    return TRUE;
  if (!tally_store_use_up_answers (context->options->store, error) ||
      !tally_sync_fill_gaps (context, error) || !tally_sync_pull (context, TRUE, error) ||
      !tally_sync_catch_up (context, error) || !tally_sync_refold (context, error))
    return FALSE;
  if (context->options->ask.pull_only)
    return TRUE;
  if (!tally_sync_load_order (context->options->store, &context->order, error))
    return FALSE;

  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      n_sent = 0;
      if (!tally_sync_push (context, &n_sent, error))
        return FALSE;
      if (n_sent == 0)
        return TRUE;
      if (!tally_sync_pull (context, FALSE, error) || !tally_sync_catch_up (context, error))
        return FALSE;
    }

  return judge_unknown (context, error) && judge_hidden (context, error);
}

/* Every record this run touched was looked at after the push. What was read is worth nothing if
 * the server was put back in the meantime. */
static gboolean
verify (TallySyncContext  *context,
        GError           **error)
{
  if (context->moved && !tally_sync_load_mark (context, error))
    return FALSE;

  g_free (context->run->grade);
  context->run->grade = g_strdup ("checked");

  return context->options->ask.proof == TALLY_PROOF_CHECKED || tally_sync_prove (context, error);
}

typedef gboolean (*PhaseFunc) (TallySyncContext  *context,
                               GError           **error);

/* What it is going to be, for whoever is told that it begins. Where the store cannot be read the
 * first phase says so. */
static void
foresee (TallySyncContext *context)
{
  const TallySyncAsk *ask = &context->options->ask;
  g_autoptr (GError) error = NULL;
  g_autofree char *since = tally_store_dup_since (context->options->store, &error);
  gboolean full = ask->full || ask->adopt || (since == NULL && error == NULL);

  context->progress.run = context->run->id;
  context->progress.operation = ask->look_only ? "verify" : full ? "full" : "delta";
}

static gboolean
run_phases (TallySyncContext  *context,
            GError           **error)
{
  static const PhaseFunc phases[] = { validate, prepare, execute, verify };
  TallyClock *clock = context->options->clock;

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      gint64 begun = tally_clock_now_us (clock);
      gboolean done;

      context->progress.phase = TALLY_PHASE_VALIDATE + i;
      tally_sync_tell (context);
      done = !g_cancellable_set_error_if_cancelled (context->cancellable, error) &&
             phases[i] (context, error);
      context->run->phase_us[i] = tally_clock_now_us (clock) - begun;
      if (!done)
        {
          context->run->phase = tally_phase_to_string (context->progress.phase);
          return FALSE;
        }
      if (context->progress.phase == context->options->ask.stop_after)
        return TRUE;
    }

  return TRUE;
}

int
tally_sync_compare_keys (gconstpointer a,
                         gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* The records that were found in conflict, settled by itself or not: as many as can be told. */
static void
name_conflicts (TallySyncContext *context)
{
  guint n;
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (context->touched, &n);
  g_autoptr (GStrvBuilder) named = g_strv_builder_new ();

  qsort (keys, n, sizeof *keys, tally_sync_compare_keys);
  for (guint i = 0; i < MIN (n, TALLY_SYNC_NAMED_CONFLICTS); i++)
    g_strv_builder_add (named, keys[i]);
  context->run->conflicts = g_strv_builder_end (named);
}

static void
set_status (TallyRun   *run,
            const char *status)
{
  g_free (run->status);
  run->status = g_strdup (status);
}

static void
note_outcome (TallySyncContext *context,
              gboolean          done,
              const GError     *failure)
{
  TallyRun *run = context->run;
  TallyReason *reason;

  if (done)
    {
      set_status (run, run->n_failed + run->n_quarantined > 0 ? "partial" : "success");
      return;
    }
  /* Whatever was claimed on the way: it is not through. */
  g_free (run->grade);
  run->grade = g_strdup ("none");
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      set_status (run, "cancelled");
      if (context->options->out_of_time != NULL && g_atomic_int_get (context->options->out_of_time))
        tally_run_add_error (run, NULL, tally_reason_new ("time-limit", NULL));
      return;
    }

  set_status (run, "failed");
  reason = context->given_up != NULL ? tally_reason_ref (context->given_up)
                                     : tally_remote_reason_for_error (failure);
  tally_run_add_error (run, NULL,
                       reason != NULL ? reason : tally_store_reason_for_error (failure));
}

static gboolean
close_run (TallySyncContext  *context,
           GError           **error)
{
  TallyRun *run = context->run;
  TallyRemoteTraffic traffic;
  TallyStoreCounts counts;

  tally_remote_get_traffic (context->options->remote, &traffic);
  run->bytes_up = traffic.bytes_up;
  run->bytes_down = traffic.bytes_down;
  run->n_requests = traffic.n_requests;
  run->n_retries = traffic.n_retries;
  run->not_before_us = traffic.not_before_us;
  run->ended_us = MAX (tally_clock_date_us (context->options->clock), run->started_us);

  if (!tally_store_count (context->options->store, &counts, error))
    return FALSE;

  run->n_held = counts.n_held;
  run->n_guarded = counts.n_guarded_there + counts.n_guarded_here + counts.n_guarded_edits;
  if (run->n_guarded > 0 && g_str_equal (run->status, "success"))
    set_status (run, "partial");
  run->n_needs_user = counts.n_conflicts;

  return tally_store_end_run (context->options->store, run, error);
}

/**
 * tally_sync_run:
 * @options: what it works on
 * @cancellable: (nullable): ends the run after the batch under way
 * @error: only of a store in which no run can begin
 *
 * One run, straight down on the calling worker thread: validate, prepare, execute, verify. What
 * the server or the network do wrong is the run's status and errors, not a #GError.
 *
 * Returns: (transfer full): what happened, stored unless its last error says that it could not be;
 *   %NULL with @error set
 */
TallyRun *
tally_sync_run (const TallySyncOptions  *options,
                GCancellable            *cancellable,
                GError                 **error)
{
  g_autoptr (TallyRun) run = tally_run_new ("delta", options->trigger);
  g_autoptr (GError) failure = NULL;
  TallySyncContext context = {
    .options = options,
    .cancellable = cancellable,
    .run = run,
    .adopting = options->ask.adopt,
  };
  g_autoptr (GError) unstored = NULL;
  gboolean done;

  run->started_us = tally_clock_date_us (options->clock);
  if (!tally_store_look_at_size (options->store, &context.warning, error) ||
      !tally_store_begin_run (options->store, run, NULL, error))
    {
      g_clear_pointer (&context.warning, tally_reason_unref);
      return NULL;
    }

  context.mark_id = tally_sync_dup_mark_id (options);
  context.touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  context.unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) tally_reason_unref);
  context.pace = options->pace != NULL ? options->pace : &context.own_pace;
  foresee (&context);
  done = run_phases (&context, &failure);
  context.progress.phase = TALLY_PHASE_CLEAN_UP;
  tally_sync_tell (&context);
  note_outcome (&context, done, failure);
  if (done && context.warning != NULL)
    tally_run_add_error (run, NULL, g_steal_pointer (&context.warning));
  name_conflicts (&context);
  /* What the server said is worth knowing even where it cannot be written down. */
  if (!close_run (&context, &unstored))
    {
      set_status (run, "failed");
      g_free (run->grade);
      run->grade = g_strdup ("none");
      tally_run_add_error (run, NULL, tally_store_reason_for_error (unstored));
    }

  context.progress.phase = TALLY_PHASE_IDLE;
  tally_sync_tell (&context);
  g_clear_pointer (&context.mark, tally_remote_checkpoint_free);
  g_free (context.mark_id);
  g_clear_pointer (&context.since, g_free);
  g_clear_pointer (&context.order, tally_order_free);
  g_clear_pointer (&context.touched, g_hash_table_unref);
  g_clear_pointer (&context.unknown, g_hash_table_unref);
  g_clear_pointer (&context.given_up, tally_reason_unref);
  g_clear_pointer (&context.warning, tally_reason_unref);

  return g_steal_pointer (&run);
}
