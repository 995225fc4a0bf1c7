/* tally-run-summary.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallyRunSummary:
 * @json: the run's object
 * @status: success | partial | failed | cancelled
 * @grade: none | checked | verified | compared
 * @n_equal: of a full comparison, see #TallyRun
 * @n_compared: of a full comparison
 * @ended_us: date
 * @not_before_us: monotonic: the server asked to be left alone until then; 0: it did not
 * @phase: (nullable): the one that it did not get through; static
 * @failure: (nullable): why the run as a whole failed
 * @conflicts: the keys of the first hundred that were found
 * @n_detected: how many were found
 * @n_auto_resolved: how many of them were settled without a person
 * @n_needs_user: how many are open now, older ones too
 * @moved: records here are others than before
 * @since: (nullable): the pull's checkpoint after it, opaque
 *
 * What the main loop needs to know of a run that ended on another thread. A plain value.
 */
typedef struct
{
  char        *json;
  char        *status;
  char        *grade;
  guint        n_equal;
  guint        n_compared;
  gint64       ended_us;
  gint64       not_before_us;
  const char  *phase;
  TallyReason *failure;
  char       **conflicts;
  guint        n_detected;
  guint        n_auto_resolved;
  guint        n_needs_user;
  gboolean     moved;
  char        *since;
} TallyRunSummary;

TallyRunSummary *tally_run_summary_new  (const TallyRun  *run,
                                         const char      *since) G_GNUC_WARN_UNUSED_RESULT;
void             tally_run_summary_free (TallyRunSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRunSummary, tally_run_summary_free)

G_END_DECLS
