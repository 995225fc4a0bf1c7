/* tally-run-summary.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-run-summary.h"

static TallyReason *
find_failure (const TallyRun *run)
{
  if (!g_str_equal (run->status, "failed"))
    return NULL;

  for (guint i = 0; i < run->errors->len; i++)
    {
      const TallyRunError *error = run->errors->pdata[i];

      if (error->record == NULL)
        return tally_reason_ref (error->reason);
    }

  return tally_reason_new ("failed", NULL);
}

TallyRunSummary *
tally_run_summary_new (const TallyRun *run,
                       const char     *since)
{
  TallyRunSummary *self = g_new0 (TallyRunSummary, 1);

  self->json = tally_run_to_json (run);
  self->status = g_strdup (run->status);
  self->grade = g_strdup (run->grade);
  self->n_equal = run->n_equal;
  self->n_compared = run->n_compared;
  self->ended_us = run->ended_us;
  self->not_before_us = run->not_before_us;
  self->phase = run->phase;
  self->failure = find_failure (run);
  self->conflicts = g_strdupv (run->conflicts);
  self->n_detected = run->n_detected;
  self->n_auto_resolved = run->n_auto_resolved;
  self->n_needs_user = run->n_needs_user;
  self->moved = run->n_pulled + run->n_pushed + run->n_deleted + run->n_detected +
                run->n_auto_resolved + run->n_quarantined > 0;
  self->since = g_strdup (since);

  return self;
}

void
tally_run_summary_free (TallyRunSummary *self)
{
  g_free (self->json);
  g_free (self->status);
  g_free (self->grade);
  g_clear_pointer (&self->failure, tally_reason_unref);
  g_strfreev (self->conflicts);
  g_free (self->since);
  g_free (self);
}
