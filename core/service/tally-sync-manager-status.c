/* tally-sync-manager-status.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "base/tally-json-writer.h"

static void
write_raw (TallyJsonWriter *writer,
           const char      *name,
           const char      *json)
{
  tally_json_writer_name (writer, name);
  tally_json_writer_raw (writer, json, -1);
}

/* The ways into the server that fail, and until when each is left alone. */
static void
write_circuits (TallySyncManager *self,
                TallyJsonWriter  *writer)
{
  gint64 now_us = tally_clock_now_us (self->clock);

  tally_json_writer_name (writer, "circuits");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < TALLY_N_CIRCUITS; i++)
    {
      const TallyCircuit *circuit = &self->circuits.circuits[i];

      if (circuit->n_failures == 0)
        continue;

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "endpoint", circuit->endpoint);
      tally_json_writer_member_int (writer, "failures", circuit->n_failures);
      tally_json_writer_member_date (writer, "open_until",
                                     tally_circuit_is_open (circuit, now_us)
                                     ? tally_clock_date_us (self->clock) +
                                       circuit->open_until_us - now_us : 0);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

char *
tally_sync_manager_dup_status (TallySyncManager *self)
{
  g_autofree char *reason = tally_reason_to_json (self->reason);
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "state", self->state);
  write_raw (&writer, "reason", reason);
  tally_json_writer_member (&writer, "connection",
                            self->server != NULL ? self->server->url : NULL);
  tally_json_writer_member_int (&writer, "records", self->counts.n_records);
  tally_json_writer_member_int (&writer, "pending", self->counts.n_pending);
  tally_json_writer_member_date (&writer, "oldest_pending", self->counts.oldest_pending_us);
  tally_json_writer_member_int (&writer, "held", self->counts.n_held);
  tally_json_writer_member_int (&writer, "quarantined", self->counts.n_quarantined);
  tally_json_writer_member_int (&writer, "conflicts", self->counts.n_conflicts);
  tally_json_writer_member_int (&writer, "guarded",
                                self->counts.n_guarded_there + self->counts.n_guarded_here +
                                self->counts.n_guarded_edits);
  tally_json_writer_member (&writer, "grade", self->grade);
  tally_json_writer_member_date (&writer, "checked_at", self->checked_us);
  tally_json_writer_member_date (&writer, "next_run", self->next_run_us);
  write_circuits (self, &writer);
  write_raw (&writer, "last_run", self->last_run);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

char *
tally_sync_manager_dup_connections (TallySyncManager *self)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "connections");
  tally_json_writer_begin_array (&writer);
  if (self->server != NULL)
    {
      tally_json_writer_begin_object (&writer);
      tally_json_writer_member (&writer, "url", self->server->url);
      tally_json_writer_member (&writer, "user", self->user);
      tally_json_writer_member (&writer, "device", self->device);
      tally_json_writer_member (&writer, "state", self->state);
      tally_json_writer_end_object (&writer);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

static void
status_job (GTask        *task,
            TallyStore   *store,
            gpointer      task_data,
            GCancellable *cancellable)
{
  GError *error = NULL;

  if (tally_store_count (store, task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tally_sync_manager_status_async (TallySyncManager    *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "status");
  g_task_set_task_data (task, g_new0 (TallyStoreCounts, 1), g_free);
  tally_store_thread_push (self->edits, task, status_job);
}

char *
tally_sync_manager_status_finish (TallySyncManager  *self,
                                  GAsyncResult      *result,
                                  GError           **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  tally_sync_manager_take_counts (self, g_task_get_task_data (G_TASK (result)));

  return tally_sync_manager_dup_status (self);
}
