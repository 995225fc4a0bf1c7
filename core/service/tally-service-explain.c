/* tally-service-explain.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "base/tally-json-writer.h"
#include "config.h"

#include <glib/gi18n-lib.h>

/* A run that is under way, or was when its process ended, has no object yet. */
static char *
dup_run_json (const TallyRunRow *row)
{
  g_autoptr (TallyRun) run = NULL;

  if (row->json != NULL)
    return g_strdup (row->json);

  run = tally_run_new ("delta", row->trigger);
  run->id = row->id;
  run->started_us = row->started_us;

  return tally_run_to_json (run);
}

GVariant *
tally_service_list_runs (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  g_autoptr (GPtrArray) runs = NULL;
  g_autofree char *json = NULL;
  TallyJsonWriter writer;
  guint limit;

  g_variant_get (call->parameters, "(u)", &limit);
  runs = tally_store_list_runs (store, limit, error);
  if (runs == NULL)
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "runs");
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; i < runs->len; i++)
    {
      g_autofree char *run = dup_run_json (runs->pdata[i]);

      tally_json_writer_raw (&writer, run, -1);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  return g_variant_new ("(s)", json);
}

static void
write_reason (TallyJsonWriter   *writer,
              const TallyReason *reason)
{
  g_autofree char *json = tally_reason_to_json (reason);

  tally_json_writer_raw (writer, json, -1);
}

static void
write_code (TallyJsonWriter *writer,
            const char      *code)
{
  g_autoptr (TallyReason) reason = tally_reason_new (code, NULL);

  write_reason (writer, reason);
}

/* What holds a record where it is, the nearest cause first. */
static void
write_reasons (TallyJsonWriter        *writer,
               const TallyRecord      *record,
               gboolean                guarded,
               const TallyServiceCall *call)
{
  tally_json_writer_name (writer, "reasons");
  tally_json_writer_begin_array (writer);

  if (tally_record_is_conflict (record))
    write_code (writer, "conflict");
  if (record->outbox != NULL && record->outbox->reason != NULL)
    write_reason (writer, record->outbox->reason);
  else if (record->outbox != NULL && record->outbox->sent != NULL)
    write_code (writer, "unknown-outcome");
  else if (tally_record_is_sendable (record))
    write_code (writer, "pending");
  if (guarded)
    write_code (writer, "guard-server");
  if (tally_record_is_sendable (record) && call->obstacle != NULL)
    write_reason (writer, call->obstacle);

  tally_json_writer_end_array (writer);
}

GVariant *
tally_service_why (TallyStore        *store,
                   TallyServiceCall  *call,
                   GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autofree char *json = NULL;
  TallyJsonWriter writer;
  gboolean guarded;
  const char *key;

  g_variant_get (call->parameters, "(&s)", &key);
  record = tally_store_get (store, key, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (record == NULL)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
                   _("There is no record “%s”."), key);
      return NULL;
    }
  if (!tally_store_is_guarded (store, key, &guarded, error))
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", key);
  tally_json_writer_member (&writer, "state",
                            tally_record_state_to_string (tally_record_get_state (record)));
  write_reasons (&writer, record, guarded, call);
  tally_json_writer_member (&writer, "local", record->local != NULL ? record->local->rev : NULL);
  tally_json_writer_member (&writer, "base", record->base != NULL ? record->base->rev : NULL);
  tally_json_writer_member (&writer, "server",
                            record->remote != NULL ? record->remote->rev : NULL);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  return g_variant_new ("(s)", json);
}
