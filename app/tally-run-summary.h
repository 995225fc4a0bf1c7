/* tally-run-summary.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyRunSummary:
 *
 * What the window shows of a run, read from the object that Sync and LastRun give. Plain data.
 */
typedef struct
{
  char   *status;
  char   *trigger;
  gint64  ended_us;       /* date; 0: not known */
  guint   n_pulled;
  guint   n_pushed;
  guint   n_needs_user;
  guint   n_errors;
} TallyRunSummary;

TallyRunSummary *tally_run_summary_new_from_json (const char            *json) G_GNUC_WARN_UNUSED_RESULT;
char            *tally_run_summary_describe      (const TallyRunSummary *self) G_GNUC_WARN_UNUSED_RESULT;
void             tally_run_summary_free          (TallyRunSummary       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRunSummary, tally_run_summary_free)

G_END_DECLS
