/* tally-sync-manager-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

/* On the engine's thread, after the run that may be under way: two never look at one time. */
static void
plan_job (GTask        *task,
          TallyStore   *store,
          gpointer      task_data,
          GCancellable *cancellable)
{
  TallySyncJob *job = task_data;
  g_autoptr (TallyRemote) remote = tally_sync_job_make_remote (job);
  g_autoptr (TallyPlan) plan = NULL;
  GError *error = NULL;
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = job->clock,
    .trigger = job->trigger,
  };
  TallyJsonWriter writer;

  plan = tally_sync_plan (&options, job->lists, cancellable, &error);
  if (plan == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tally_json_writer_init (&writer, NULL);
  tally_plan_write (plan, &writer);
  g_task_return_pointer (task, tally_json_writer_finish (&writer), g_free);
}

/**
 * tally_sync_manager_plan_async:
 * @self: a manager
 * @lists: whether each record is to be named
 * @cancellable: (nullable): ends it
 * @callback: called when it is known
 * @user_data: for @callback
 *
 * Finds out what a run would do, and does nothing of it.
 */
void
tally_sync_manager_plan_async (TallySyncManager    *self,
                               gboolean             lists,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  TallySyncJob *job;

  g_task_set_name (task, "plan");
  if (!tally_sync_manager_check_ready (self, task))
    return;

  job = tally_sync_job_new (self, "manual", NULL);
  job->lists = lists;
  g_task_set_task_data (task, job, tally_sync_job_free);
  tally_store_thread_push (self->engine, task, plan_job);
}

char *
tally_sync_manager_plan_finish (TallySyncManager  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
