/* tally-sync-manager-wait.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "client/tally-client-error.h"
#include "config.h"

#include <glib/gi18n-lib.h>

/* Those who asked for a run, or for the end of all runs, and wait for it. */

/* What a waiter wants of a run. */
static const TallySyncAsk *
get_wanted (GPtrArray *waiters,
            guint      i)
{
  return g_task_get_task_data (waiters->pdata[i]);
}

/* Those whom this run served get its answer; whoever wants more than it did waits on. */
void
tally_sync_manager_answer_waiters (TallySyncManager *self,
                                   const char       *json,
                                   const GError     *error)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiters->len; i++)
    {
      GTask *task = waiters->pdata[i];
      gboolean wants_more = !tally_sync_ask_serves (&self->run_ask, get_wanted (waiters, i));

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else if (wants_more && !self->stopped)
        g_ptr_array_add (self->waiters, g_object_ref (task));
      else
        g_task_return_pointer (task, g_strdup (json), g_free);
    }
}

/* What ended with this process, or never began, can be had from the next one. */
void
tally_sync_manager_answer_ending (TallySyncManager *self)
{
  g_autoptr (GError) error = g_error_new_literal (TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_ENDING,
                                                  _("The service is ending."));

  tally_sync_manager_answer_waiters (self, NULL, error);
}

/* Whoever waits for the end is answered once nothing is under way on any thread. */
void
tally_sync_manager_answer_stoppers (TallySyncManager *self)
{
  g_autoptr (GPtrArray) stoppers = NULL;

  if (!self->stopped || self->run != NULL || self->counting)
    return;

  stoppers = g_steal_pointer (&self->stoppers);
  self->stoppers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < stoppers->len; i++)
    g_task_return_boolean (stoppers->pdata[i], TRUE);
}

/* One run that serves the first and as many of the others as it can. */
void
tally_sync_manager_run_for_waiters (TallySyncManager *self)
{
  g_auto (TallySyncAsk) ask = { 0 };

  tally_sync_ask_copy (get_wanted (self->waiters, 0), &ask);
  for (guint i = 1; i < self->waiters->len; i++)
    tally_sync_ask_join (&ask, get_wanted (self->waiters, i));
  tally_sync_manager_start_run (self, "manual", &ask);
}

gboolean
tally_sync_manager_check_ready (TallySyncManager *self,
                                GTask            *task)
{
  if (self->stopped)
    {
      g_task_return_new_error (task, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_ENDING, "%s",
                               _("The service is ending."));
      return FALSE;
    }
  if (self->server == NULL)
    {
      g_task_return_new_error (task, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT, "%s",
                               _("No server is set up. Run “tallyctl --server URL sync” with "
                                 "its address."));
      return FALSE;
    }

  return TRUE;
}

static void
free_ask (gpointer data)
{
  tally_sync_ask_clear (data);
  g_free (data);
}

/**
 * tally_sync_manager_run_async:
 * @self: a manager
 * @trigger: what asks for it
 * @ask: (nullable): what is wanted of it; %NULL: an ordinary run
 * @cancellable: (nullable): ends the waiting, not the run
 * @callback: called when the run has ended
 * @user_data: for @callback
 *
 * Runs although paused or offline: somebody asked for it. Without a server it fails with
 * %TALLY_CLIENT_ERROR_BAD_INPUT.
 */
void
tally_sync_manager_run_async (TallySyncManager    *self,
                              const char          *trigger,
                              const TallySyncAsk  *ask,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  TallySyncAsk *wanted;

  g_task_set_name (task, "run and wait");
  wanted = g_new0 (TallySyncAsk, 1);
  if (ask != NULL)
    tally_sync_ask_copy (ask, wanted);
  g_task_set_task_data (task, wanted, free_ask);
  if (!tally_sync_manager_check_ready (self, task))
    return;

  g_ptr_array_add (self->waiters, g_object_ref (task));
  if (self->run == NULL && self->n_connecting == 0)
    tally_sync_manager_start_run (self, trigger, wanted);
}

char *
tally_sync_manager_run_finish (TallySyncManager  *self,
                               GAsyncResult      *result,
                               GError           **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
