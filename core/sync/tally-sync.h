/* tally-sync.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "remote/tally-remote.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

typedef enum
{
  TALLY_PHASE_IDLE,
  TALLY_PHASE_VALIDATE,
  TALLY_PHASE_PREPARE,
  TALLY_PHASE_EXECUTE,
  TALLY_PHASE_VERIFY,
  TALLY_PHASE_CLEAN_UP,   /* the run is over, however it went: it is written down */
} TallyPhase;

const char *tally_phase_to_string (TallyPhase phase);

/**
 * TallyProof:
 * @TALLY_PROOF_CHECKED: every record that the run touched was looked at: no extra listing
 * @TALLY_PROOF_VERIFIED: every record's revisions are the same on both sides: one listing
 * @TALLY_PROOF_COMPARED: … and every body: everything is read once more
 *
 * How far a run goes to prove agreement.
 */
typedef enum
{
  TALLY_PROOF_CHECKED,
  TALLY_PROOF_VERIFIED,
  TALLY_PROOF_COMPARED,
} TallyProof;

/* How far a run is; a plain value. @total 0: not known. */
typedef struct
{
  gint64     run;         /* its id */
  gboolean   full;        /* it reads everything again */
  TallyPhase phase;
  guint64    done;        /* records */
  guint64    total;
  guint      n_errors;
  guint64    bytes;       /* both ways */
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
 * @force_full: read everything again from the start
 * @adopt: a person has said that the server's database is the right one, though it is not the one
 *   this store knows: what it lacks is given back to it, then everything is read again
 * @pull_only: nothing is sent; what waits goes on waiting. Not together with @adopt, which gives
 *   back to the server
 * @proof: what it is to prove in the end
 * @progress: (nullable)
 * @page_rows: rows a pull page asks for; 0: the default of 1000
 * @guard: how many deletions are too many; with a share of 0: as the store says
 */
typedef struct
{
  TallyStore        *store;
  TallyRemote       *remote;
  TallyClock        *clock;
  const char        *trigger;
  gboolean           force_full;
  gboolean           adopt;
  gboolean           pull_only;
  TallyProof         proof;
  TallyProgressFunc  progress;
  gpointer           progress_data;
  guint              page_rows;
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
