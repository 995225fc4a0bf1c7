/* sim-device-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-device.h"

#include "http/tally-circuit.h"
#include "schedule/tally-scheduler.h"
#include "sim/sim-clock.h"
#include "sim/sim-transport.h"

G_BEGIN_DECLS

/* What its two actors share: the agent of sim-agent.c and the desk of sim-desk.c. */
struct _TallySimDevice
{
  TallySimDeviceOptions  given;
  const char            *name;

  TallySimDice           dice;          /* of its life: naps, pauses */
  TallySimDice           proof_dice;    /* of what its runs are to prove */
  TallySimDice           direction_dice;
  TallySimDice           ask_dice;
  gboolean               ordered;
  guint                  n_syncs;   /* of the end; each third is planned first */
  TallyPace              pace;
  GRand                 *rand;          /* owned: what the engine is given */
  TallySimClock         *sim_clock;     /* owned */
  TallyClock            *clock;         /* unowned: the same */
  TallySimVfs           *disk;          /* owned */
  TallyTransport        *transport;     /* owned */
  TallySimUser          *user;          /* owned */
  TallySimGuard         *guard;         /* owned: what its people let go */
  TallySimRegret        *regret;        /* owned: what they undo */
  GHashTable            *held;          /* owned: key -> TallyRecord: in conflict after the last run,
                                         * the local side not sent yet */
  TallyStore            *store;         /* owned, nullable: the agent's, and after it that of the end */

  GCancellable          *cancellable;   /* owned: of the life it is in */
  GCancellable          *run;           /* owned, nullable: of the run under way */
  TallyScheduleRule      rule;
  TallyScheduleFacts     facts;         /* of the life it is in */
  TallyReason           *last_failure;  /* owned, nullable: of the last run in this life */
  char                  *grade;         /* owned: of the last run that proved anything */
  gint64                 checked_us;    /* its date */
  guint                  checked_era;   /* of the server that it was proven against, */
  gint64                 checked_seq;   /* and what that had when the run began */
  const char            *login;   /* static, nullable: why somebody has to sign in again */
  TallyCircuits          circuits;      /* the server's, as long as it is up */
  gboolean               adopt;         /* somebody has said that the server's database is ours */
  gboolean               merges;        /* the run under way does not only look */
  gboolean               gave_back;     /* the last run was one that adopts */
  gint64                 offline_until_us;
  gint64                 full_until_us;
  gboolean               healed;        /* nothing new goes wrong; people answer at once */
  guint                  n_pending;     /* after the last run */
  gboolean               calm;          /* nobody but the agents does anything any more */
  gboolean               home;          /* a run since then left nothing over */
  gboolean               was_full;
  guint                  n_excuses;     /* failures that a sweep's trouble has explained */
  gint64                 window_us;     /* of the storm oracle: its begin, */
  guint                  window_requests;   /* what had been sent by then, */
  guint                  window_runs;       /* and how many runs have ended since */

  guint                  life;          /* counts up with every restart */
  TallySimCrash          crash;         /* the next one's kind */
  gboolean               user_down;     /* the user's connection of this life is closed */
  gboolean               user_over;
  gboolean               typing;        /* somebody is at it just now */
  TallySimActor         *agent_actor;
  TallySimActor         *user_actor;
  guint                  n_over;
};

/* --- of both (sim-device.c) --- */

TallyStore *tally_sim_device_open_store   (TallySimDevice  *self,
                                           GError         **error);
gboolean    tally_sim_device_is_going     (TallySimDevice  *self);
gboolean    tally_sim_device_is_awake     (TallySimDevice  *self);
gboolean    tally_sim_device_is_dead      (TallySimDevice  *self);
/* Everything of a dead device stops where it waits. */
void        tally_sim_device_fall         (TallySimDevice  *self);
/* One trouble of disk or memory excuses one failure, or nobody would see that a store stays
 * broken. */
gboolean    tally_sim_device_excuse       (TallySimDevice  *self);
/* A store may fail when its disk is dead or full, and only then. FALSE: it cannot go on. */
gboolean    tally_sim_device_note_failure (TallySimDevice  *self,
                                           const char      *what,
                                           const GError    *error);
/* Sleeps; FALSE: this life is over. */
gboolean    tally_sim_device_nap          (TallySimDevice  *self,
                                           gint32           most_ms);
/* An oracle looks at the store, until it is let go: no sweep counts what it does, or spoils it.
 * Nobody else has his turn meanwhile. */
void        tally_sim_device_hold         (TallySimDevice  *self,
                                           gboolean         on);
/* Whether the next chance of @fault comes true here. */
gboolean    tally_sim_device_happens      (TallySimDevice  *self,
                                           TallySimKind     fault,
                                           TallySimDice    *dice);
/* The disk takes more again when its time has come. */
void        tally_sim_device_breathe      (TallySimDevice  *self);

/* --- the agent (sim-agent.c) --- */

void        tally_sim_agent_main          (gpointer         data);
/* One run; NULL: the store failed. */
TallyRun   *tally_sim_agent_run           (TallySimDevice  *self,
                                           TallyStore      *store,
                                           const char      *trigger,
                                           TallyProof       proof,
                                           GError         **error);

/* --- who works at it (sim-desk.c) --- */

void        tally_sim_desk_main           (gpointer         data);

/* --- what is asked of single runs (sim-ask.c) --- */

void        tally_sim_ask_draw            (TallySimDevice     *self,
                                           TallyStore         *store,
                                           TallyProof          proof,
                                           TallySyncAsk       *ask);
void        tally_sim_ask_declare         (TallySimDevice     *self,
                                           TallyStore         *store);
void        tally_sim_ask_check           (TallySimDevice     *self,
                                           const TallySyncAsk *ask,
                                           const TallyRun     *run,
                                           guint               n_batches,
                                           guint               n_writes);

/* --- plans (sim-plan.c) --- */

/* Changes nothing, here nor there, or the seed fails. */
TallyPlan  *tally_sim_plan_make           (TallySimDevice  *self,
                                           TallyStore      *store,
                                           GError         **error);
/* The run that followed: it may do no more than was planned. */
void        tally_sim_plan_check          (TallySimDevice  *self,
                                           const TallyPlan *plan,
                                           const TallyRun  *run);

G_END_DECLS
