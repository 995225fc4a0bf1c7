/* tally-sync-manager-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-circuit.h"
#include "live/tally-long-poll.h"
#include "service/tally-run-summary.h"
#include "service/tally-sync-events.h"
#include "service/tally-sync-manager.h"
#include "sync/tally-sync.h"

G_BEGIN_DECLS

struct _TallySyncManager
{
  GObject parent_instance;

  TallyStoreThread    *edits;              /* owned */
  TallyStoreThread    *engine;             /* owned */
  TallyNetworkMonitor *network;            /* owned */
  TallyClock          *clock;              /* owned */
  GRand               *rand;               /* owned */
  TallyScheduleRule    rule;
  gboolean             scheduler;
  gboolean             held;               /* nothing runs by itself before a connect has worked */
  TallyRemoteFactory   make_remote;        /* nullable: CouchDB over libsoup */
  gpointer             make_remote_data;

  TallyServerUrl      *server;             /* owned, nullable */
  char                *user;               /* owned, nullable */
  char                *password;           /* owned, nullable: given at the start, not taken yet */
  char                *device;             /* owned, nullable: not loaded yet */
  TallyCredentials    *credentials;        /* owned, nullable; in memory only */
  char                *since;              /* owned, nullable; opaque */
  gboolean             paused;
  const char          *login;              /* static, nullable: as in TallyReadinessFacts */
  TallyStoreCounts     counts;
  char                *last_run;           /* owned, nullable */
  const TallyReason   *last_failure;       /* owned, nullable */
  char                *grade;              /* owned */
  gint64               checked_us;         /* date; 0: never */
  gint64               proved_us;          /* date of the last proof of all records; 0: none */
  guint                n_equal;            /* of that proof; see TallyRun */
  guint                n_compared;

  TallyCircuits        circuits;           /* as the last run left them */
  TallyPace            pace;               /* likewise */
  TallyScheduleFacts   facts;
  gint64               next_run_us;        /* date; 0: not by itself */
  char                *state;              /* owned */
  const TallyReason   *reason;             /* owned */
  const TallyReason   *obstacle;           /* owned, nullable */
  TallyLongPoll       *live;               /* owned */
  guint                timer;              /* the next look at the schedule */

  GCancellable        *run;                /* owned, nullable: none under way */
  TallySyncAsk         run_ask;            /* owned members */
  guint                limit_timer;        /* its time is over then */
  struct _TallySyncJob *job;               /* borrowed, nullable: of the run under way */
  guint                n_connecting;       /* connects under way: no run starts meanwhile */
  GPtrArray           *connectors;         /* owned; of GTask: connects behind the run's end */
  TallyProgress        progress;
  guint64              told_done;          /* records done when it was last told */
  char                *trigger;            /* owned, nullable: of the run under way or the last one */
  gint64               run_id;             /* of the run whose events are told; 0: none */
  gint64               told_us;            /* when progress was last told as an event */
  GPtrArray           *waiters;            /* owned; of GTask: run_async() */
  GPtrArray           *stoppers;           /* owned; of GTask: stop_async() */
  gboolean             stopped;

  gboolean             counting;           /* a count is under way */
  gboolean             count_again;
  guint                count_timer;
};

/* --- tally-sync-manager.c --- */
void tally_sync_manager_notify         (TallySyncManager *self,
                                        const char       *property);
void tally_sync_manager_emit           (TallySyncManager *self,
                                        const char       *type,
                                        const char       *data);
/* Derives state, reason and obstacle anew and tells what changed. */
void tally_sync_manager_update         (TallySyncManager *self);
/* Counts soon, and tells what changed. */
void tally_sync_manager_count          (TallySyncManager *self);
void tally_sync_manager_take_counts    (TallySyncManager       *self,
                                        const TallyStoreCounts *counts);

/* --- tally-sync-manager-run.c --- */
/* Asks the scheduler, and does what it says. */
void tally_sync_manager_step           (TallySyncManager *self);
void tally_sync_manager_listen         (TallySyncManager *self);
/* @ask: (nullable): an ordinary one */
void tally_sync_manager_start_run      (TallySyncManager   *self,
                                        const char         *trigger,
                                        const TallySyncAsk *ask);

/* --- tally-sync-manager-wait.c --- */
/* Those whom the run that ended served get its answer; whoever wants more than it did waits on. */
void tally_sync_manager_answer_waiters (TallySyncManager *self,
                                        const char       *json,
                                        const GError     *error);
/* What ended with this process, or never began, can be had from the next one. */
void tally_sync_manager_answer_ending  (TallySyncManager *self);
/* One run that serves the first and as many of the others as it can. */
void tally_sync_manager_run_for_waiters (TallySyncManager *self);
/* Whoever waits for the end is answered once nothing is under way on any thread. */
void tally_sync_manager_answer_stoppers (TallySyncManager *self);

/* After a connect has ended: whatever waited for it. */
void tally_sync_manager_go_on          (TallySyncManager *self);

/* --- tally-sync-manager-connection.c --- */
/* After a run has ended: the connects that waited for it. */
void tally_sync_manager_push_connectors (TallySyncManager *self);

/* --- tally-sync-manager-status.c --- */
char *tally_sync_manager_dup_status    (TallySyncManager *self);

/* Whether there is a server to ask; otherwise @task has its error. */
gboolean      tally_sync_manager_check_ready (TallySyncManager *self,
                                              GTask            *task);

/* All that the engine needs on its thread, for one errand. */
typedef struct _TallySyncJob
{
  TallySyncManager   *manager;       /* owned through the task's source */
  GMainContext       *context;       /* owned; the manager's */
  TallyClock         *clock;         /* owned */
  GRand              *rand;          /* owned */
  char               *url;           /* owned */
  TallyCredentials   *credentials;   /* owned, nullable */
  char               *trigger;       /* owned */
  TallyCircuits       circuits;
  TallyPace           pace;
  TallySyncAsk        ask;           /* owned members */
  gboolean            lists;         /* of a plan: each record is named */
  TallyRemoteFactory  make_remote;
  gpointer            make_remote_data;

  gint64              told_us;       /* when progress was last told */
  TallyPhase          told_phase;
  int                 out_of_time;   /* atomic */
} TallySyncJob;

TallySyncJob *tally_sync_job_new         (TallySyncManager *manager,
                                          const char       *trigger,
                                          const TallySyncAsk *ask) G_GNUC_WARN_UNUSED_RESULT;
void          tally_sync_job_free        (gpointer          data);
/* On the engine's thread. */
TallyRemote  *tally_sync_job_make_remote (TallySyncJob     *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
