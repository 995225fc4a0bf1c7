/* tally-sync-events.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-events.h"

#include "base/tally-json-writer.h"

char *
tally_sync_event_started (const TallyProgress *progress,
                          const char          *trigger,
                          guint                n_pending)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "operation", progress->operation);
  tally_json_writer_member (&writer, "trigger", trigger);
  tally_json_writer_name (&writer, "estimate");
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_int (&writer, "send", n_pending);
  tally_json_writer_end_object (&writer);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

char *
tally_sync_event_progress (const TallyProgress *progress)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "phase", tally_phase_to_string (progress->phase));
  tally_json_writer_member_int (&writer, "done", (gint64) progress->done);
  tally_json_writer_member_int (&writer, "total", (gint64) progress->total);
  tally_json_writer_member_int (&writer, "errors", progress->n_errors);
  tally_json_writer_member_int (&writer, "bytes", (gint64) progress->bytes);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

/* What passes without anybody doing something. */
static gboolean
passes (const TallyReason *reason)
{
  static const char * const passing[] = {
    "offline", "server-unreachable", "server-error", "bad-answer", "unequal", "interrupted", NULL,
  };

  return g_strv_contains (passing, reason->code);
}

char *
tally_sync_event_failed (const TallyRunSummary *summary,
                         gint64                 next_run_us)
{
  g_autofree char *reason = tally_reason_to_json (summary->failure);
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "phase", summary->phase);
  tally_json_writer_member_boolean (&writer, "retryable", passes (summary->failure));
  tally_json_writer_member_date (&writer, "next_try", next_run_us);
  tally_json_writer_name (&writer, "reason");
  tally_json_writer_raw (&writer, reason, -1);
  tally_json_writer_name (&writer, "summary");
  tally_json_writer_raw (&writer, summary->json, -1);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

char *
tally_sync_event_conflict (const TallyRunSummary *summary)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "records");
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; summary->conflicts != NULL && summary->conflicts[i] != NULL; i++)
    tally_json_writer_string (&writer, summary->conflicts[i]);
  tally_json_writer_end_array (&writer);
  tally_json_writer_member_int (&writer, "detected", summary->n_detected);
  tally_json_writer_member_int (&writer, "auto_resolved", summary->n_auto_resolved);
  tally_json_writer_member_int (&writer, "needs_user", summary->n_needs_user);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}
