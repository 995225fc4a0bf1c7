/* sim-baton.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-fiber.h"

G_BEGIN_DECLS

/**
 * TallySimBaton:
 *
 * Actors of which exactly one runs: the one that holds the baton. It is passed on where an actor
 * yields, sleeps, waits or ends, and the seed says to whom; so the same seed gives the same order
 * of everything. Time is virtual: it moves only when all sleep, to the first that wakes.
 *
 * Each stands for a thread but is none: all run in the one that called tally_sim_baton_run(), each
 * on a stack of its own. So what is kept for a thread is the same for all, and an actor that blocks
 * otherwise than by its baton blocks the world.
 *
 * It knows nothing of what the actors do. A world in which all wait for each other is a bug of
 * the simulator and aborts.
 */
typedef struct _TallySimBaton TallySimBaton;

/* One of them; lives as long as its baton. */
typedef struct _TallySimActor TallySimActor;

TallySimBaton *tally_sim_baton_new        (guint32         seed) G_GNUC_WARN_UNUSED_RESULT;
/* Every actor must have ended. */
void           tally_sim_baton_free       (TallySimBaton  *self);

/* Microseconds since the world began. Any actor. */
gint64         tally_sim_baton_get_now_us (TallySimBaton  *self);
guint64        tally_sim_baton_get_n_turns(TallySimBaton  *self);

/* Before or during tally_sim_baton_run(); the new actor runs when its turn comes. */
TallySimActor *tally_sim_baton_spawn      (TallySimBaton  *self,
                                           const char     *name,
                                           TallySimFunc    func,
                                           gpointer        data);
/* Gives the baton away until every actor has ended. */
void           tally_sim_baton_run        (TallySimBaton  *self);

/* The rest is for the actor that runs. */
TallySimActor *tally_sim_baton_get_actor  (TallySimBaton  *self);
void           tally_sim_baton_yield      (TallySimBaton  *self);
/* Returns early when woken. */
void           tally_sim_baton_sleep      (TallySimBaton  *self,
                                           gint64          duration_us);
/* Until woken. */
void           tally_sim_baton_wait       (TallySimBaton  *self);
/* Ends @actor's sleep or wait; nothing happens to one that is ready. */
void           tally_sim_baton_wake       (TallySimBaton  *self,
                                           TallySimActor  *actor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimBaton, tally_sim_baton_free)

G_END_DECLS
