/* tally-sync-events.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-run-summary.h"
#include "sync/tally-sync.h"

G_BEGIN_DECLS

/* The data of what a run tells, as data/schemas/event.schema.json describes it. Pure. */

/* @n_pending: what waits to be sent. */
char *tally_sync_event_started   (const TallyProgress   *progress,
                                  const char            *trigger,
                                  guint                  n_pending) G_GNUC_WARN_UNUSED_RESULT;
char *tally_sync_event_progress  (const TallyProgress   *progress) G_GNUC_WARN_UNUSED_RESULT;
/* @next_run_us: date; 0: nothing runs by itself. */
char *tally_sync_event_failed    (const TallyRunSummary *summary,
                                  gint64                 next_run_us) G_GNUC_WARN_UNUSED_RESULT;
char *tally_sync_event_conflict  (const TallyRunSummary *summary) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
