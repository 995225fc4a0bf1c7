/* sim-events.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-dice.h"

G_BEGIN_DECLS

#define TALLY_SIM_MAX_DEVICES 5

/* Who does something, or whom it happens to: devices by their number, then these. */
enum
{
  TALLY_SIM_FOREIGNER = TALLY_SIM_MAX_DEVICES,
  TALLY_SIM_WORLD,                 /* the server and its machine */
  TALLY_SIM_N_ACTORS,
};

/* Everything that happens by the seed's will alone: first what goes wrong, then what people do. */
typedef enum
{
  TALLY_SIM_FAULT_DROP,            /* the request never arrives */
  TALLY_SIM_FAULT_DUPLICATE,       /* it arrives a second time, later */
  TALLY_SIM_FAULT_REORDER,         /* those sent a moment later overtake it */
  TALLY_SIM_FAULT_DELAY,           /* it takes its time */
  TALLY_SIM_FAULT_LATE,            /* the sender gives up before it arrives */
  TALLY_SIM_FAULT_LOST_ANSWER,     /* applied, and nobody hears of it */
  TALLY_SIM_FAULT_CUT_ANSWER,      /* half an answer with a whole one's status */
  TALLY_SIM_FAULT_CORRUPT_ANSWER,  /* some bytes of it are not what was sent */
  TALLY_SIM_FAULT_HTML,            /* a page for people with status 200 */
  TALLY_SIM_FAULT_400,             /* that status instead of an answer; of those that a server */
  TALLY_SIM_FAULT_401,             /* may give after it has done what it was asked, now and */
  TALLY_SIM_FAULT_403,             /* then after that */
  TALLY_SIM_FAULT_404,
  TALLY_SIM_FAULT_408,
  TALLY_SIM_FAULT_409,
  TALLY_SIM_FAULT_412,
  TALLY_SIM_FAULT_413,
  TALLY_SIM_FAULT_429,
  TALLY_SIM_FAULT_429_LATER,       /* with Retry-After */
  TALLY_SIM_FAULT_5XX,
  TALLY_SIM_FAULT_REFUSED_ROW,     /* the batch is taken but for one document */
  TALLY_SIM_FAULT_KILL,            /* a device's process dies at some write */
  TALLY_SIM_FAULT_POWER,           /* a device loses power at some write */
  TALLY_SIM_FAULT_DISK_FULL,       /* a device's disk takes no more for a while */
  TALLY_SIM_FAULT_OFFLINE,         /* a device has no network for a while */
  TALLY_SIM_FAULT_CANCEL,          /* somebody stops a run */
  TALLY_SIM_FAULT_SKEW,            /* a device's date is wrong from its start */
  TALLY_SIM_FAULT_JUMP,            /* a device's date jumps while it runs */
  TALLY_SIM_FAULT_SERVER_JUMP,     /* the server's date jumps */
  TALLY_SIM_FAULT_SERVER_CRASH,    /* the server's machine loses power at some write */
  TALLY_SIM_FAULT_RESTORE,         /* the server is put back to an earlier backup */
  TALLY_SIM_FAULT_RECREATE,        /* its database is deleted and made anew, empty */
  TALLY_SIM_N_FAULTS,

  TALLY_SIM_ACT = TALLY_SIM_N_FAULTS,   /* one thing that somebody does */
  TALLY_SIM_WAY,                   /* one request's time on the road */
  TALLY_SIM_N_KINDS,
} TallySimKind;

const char *tally_sim_kind_to_string  (TallySimKind  kind);
const char *tally_sim_actor_to_string (guint         actor);

/* One event: the @nth chance of its kind for its actor. */
typedef struct
{
  guint8  actor;
  guint8  kind;
  guint32 nth;
} TallySimEvent;

/* "dev0 lost-answer 12"; FALSE: that is no event. */
gboolean    tally_sim_event_parse     (const char           *text,
                                       TallySimEvent        *event);
char       *tally_sim_event_to_string (const TallySimEvent  *event) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TallySimEvents:
 *
 * Where a world's chance comes from. Each chance has dice of its own that follow from the seed,
 * the actor, the kind and its number: so taking one event out of a world leaves the others what
 * they were, and what is left of a failure can be made smaller and smaller.
 */
typedef struct _TallySimEvents TallySimEvents;

/* @only: (nullable) (element-type TallySimEvent): no other event takes place. Copied. */
TallySimEvents *tally_sim_events_new  (guint32          seed,
                                       GArray          *only) G_GNUC_WARN_UNUSED_RESULT;
void            tally_sim_events_free (TallySimEvents  *self);

/* Whether the next chance of @kind for @actor comes true; *dice are its own either way. */
gboolean        tally_sim_events_draw (TallySimEvents  *self,
                                       guint            actor,
                                       TallySimKind     kind,
                                       guint            per_mille,
                                       TallySimDice    *dice);
/* Dice for something that is no event and cannot be taken out. */
TallySimDice    tally_sim_events_roll (TallySimEvents  *self,
                                       guint            actor,
                                       TallySimKind     kind);
/* (element-type TallySimEvent): what took place, in its order. */
GArray         *tally_sim_events_get_list (TallySimEvents  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimEvents, tally_sim_events_free)

G_END_DECLS
