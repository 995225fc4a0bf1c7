/* tally-service-health.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "base/tally-json-writer.h"

#define USEC_PER_DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static void
write_runs (TallyJsonWriter   *writer,
            const TallyHealth *health)
{
  guint n_good = health->n_success + health->n_partial;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  tally_json_writer_name (writer, "runs");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "success", health->n_success);
  tally_json_writer_member_int (writer, "partial", health->n_partial);
  tally_json_writer_member_int (writer, "failed", health->n_failed);
  tally_json_writer_member_int (writer, "cancelled", health->n_cancelled);
  tally_json_writer_end_object (writer);

  tally_json_writer_name (writer, "success_rate");
  if (n_good + health->n_failed == 0)
    tally_json_writer_null (writer);
  else
    tally_json_writer_raw (writer, g_ascii_formatd (number, sizeof number, "%.4f",
                                                    (double) n_good /
                                                    (n_good + health->n_failed)), -1);
}

static void
write_amounts (TallyJsonWriter        *writer,
               const TallyHealth      *health,
               const TallyStoreCounts *counts)
{
  tally_json_writer_name (writer, "duration_ms");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "p50", health->p50_us / 1000);
  tally_json_writer_member_int (writer, "p95", health->p95_us / 1000);
  tally_json_writer_end_object (writer);

  tally_json_writer_name (writer, "bytes");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "up", (gint64) health->bytes_up);
  tally_json_writer_member_int (writer, "down", (gint64) health->bytes_down);
  tally_json_writer_end_object (writer);

  tally_json_writer_member_date (writer, "oldest_pending", counts->oldest_pending_us);
  tally_json_writer_member_int (writer, "open_problems", counts->n_problems);
}

static void
write_errors (TallyJsonWriter   *writer,
              const TallyHealth *health)
{
  tally_json_writer_name (writer, "errors");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < health->errors->len; i++)
    {
      const TallyErrorPattern *pattern = health->errors->pdata[i];

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "code", pattern->code);
      tally_json_writer_member_int (writer, "count", pattern->n);
      tally_json_writer_member_date (writer, "first", pattern->first_us);
      tally_json_writer_member_date (writer, "last", pattern->last_us);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

GVariant *
tally_service_get_health (TallyStore        *store,
                          TallyServiceCall  *call,
                          GError           **error)
{
  g_autoptr (TallyHealth) health = NULL;
  g_autofree char *json = NULL;
  TallyStoreCounts counts;
  TallyJsonWriter writer;
  gint64 since_us;
  guint days;

  g_variant_get (call->parameters, "(u)", &days);
  since_us = tally_store_get_date (store) - days * USEC_PER_DAY;
  health = tally_store_get_health (store, since_us, error);
  if (health == NULL || !tally_store_count (store, &counts, error))
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_date (&writer, "since", since_us);
  write_runs (&writer, health);
  write_amounts (&writer, health, &counts);
  write_errors (&writer, health);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  return g_variant_new ("(s)", json);
}
