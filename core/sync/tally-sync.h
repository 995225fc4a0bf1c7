/* tally-sync.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "remote/tally-remote.h"
#include "store/tally-store.h"
#include "sync/tally-pace.h"
#include "sync/tally-sync-ask.h"

G_BEGIN_DECLS

/* The store's setting that holds what tally_order_new() reads. */
#define TALLY_SYNC_ORDER_SETTING "order"

/* How far a run is; a plain value. @total 0: not known. */
typedef struct
{
  gint64      run;         /* its id */
  const char *operation;   /* static: full (it reads everything again) | delta | verify */
  TallyPhase  phase;
  guint64     done;        /* records */
  guint64     total;
  guint       n_errors;
  guint64     bytes;       /* both ways */
} TallyProgress;

/* Called on the run's thread whenever something moved; coalescing is the caller's business. */
typedef void (*TallyProgressFunc) (const TallyProgress *progress,
                                   gpointer             user_data);

/**
 * TallySyncOptions:
 * @store: open on this thread
 * @remote: made on this thread
 * @clock: for durations and dates
 * @trigger: what asked for the run, see TallyRun
 * @ask: what is wanted of it; @n_tries and @seconds are the business of whoever made @remote and
 *   holds the cancellable
 * @out_of_time: (nullable): atomic: set by whoever cancels because the time is over
 * @progress: (nullable)
 * @page_rows: rows a pull page asks for; 0: as @pace says
 * @pace: (nullable): how much is moved at once, and learnt from it for the next run
 * @guard: how many deletions are too many; with a share of 0: as the store says
 */
typedef struct
{
  TallyStore        *store;
  TallyRemote       *remote;
  TallyClock        *clock;
  const char        *trigger;
  TallySyncAsk       ask;
  const int         *out_of_time;
  TallyProgressFunc  progress;
  gpointer           progress_data;
  guint              page_rows;
  TallyPace         *pace;
  TallyGuardRule     guard;
} TallySyncOptions;

/**
 * tally_sync_run:
 * One run, straight down on the calling worker thread: validate, prepare, execute, verify.
 *
 * Returns: (transfer full): what happened, stored unless its last error says that it could not be;
 *   status "failed" or "cancelled" carries its reason in errors. Only a store in which no run can
 *   begin is a GError.
 */
TallyRun *tally_sync_run (const TallySyncOptions  *options,
                          GCancellable            *cancellable,
                          GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * tally_sync_plan:
 *
 * What a run with these options would do, and nothing of it: reads the server's list and the
 * store, writes neither. Blocking, on the calling worker thread.
 *
 * Returns: (transfer full): the plan; %NULL with @error of remote, http or store
 */
TallyPlan *tally_sync_plan (const TallySyncOptions  *options,
                            gboolean                 lists,
                            GCancellable            *cancellable,
                            GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
