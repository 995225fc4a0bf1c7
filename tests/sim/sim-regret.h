/* sim-regret.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-dice.h"
#include "sim/sim-guard.h"
#include "sim/sim-ledger.h"
#include "sim/sim-vfs.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallySimRegret:
 *
 * Somebody at a device who undoes what one of its last runs did, and the oracle that this makes
 * of every record what was shown before the run, of all that it changed and of nothing that was
 * edited since. It looks at the store before and after each run.
 */
typedef struct _TallySimRegret TallySimRegret;

/* @trace, @ledger, @guard and @disk outlive it. */
TallySimRegret *tally_sim_regret_new    (guint               actor,
                                         TallySimTrace      *trace,
                                         TallySimLedger     *ledger,
                                         TallySimGuard      *guard,
                                         TallySimVfs        *disk) G_GNUC_WARN_UNUSED_RESULT;
void            tally_sim_regret_free   (TallySimRegret     *self);

/* What the device shows, before a run and after it. @n_acts: what its people had done by then;
 * where they did something meanwhile nothing is said of that run. */
void            tally_sim_regret_begin  (TallySimRegret     *self,
                                         TallyStore         *store,
                                         guint               n_acts);
void            tally_sim_regret_end    (TallySimRegret     *self,
                                         TallyStore         *store,
                                         gint64              run,
                                         guint               n_acts);
/* A crash may have taken runs along, and their ids will be used again. */
void            tally_sim_regret_forget (TallySimRegret     *self);

/* *done: there was something to undo. FALSE: the store failed (what it refuses is no failure). */
gboolean        tally_sim_regret_act    (TallySimRegret     *self,
                                         TallySimDice       *dice,
                                         TallyStore         *store,
                                         gboolean           *done,
                                         GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimRegret, tally_sim_regret_free)

G_END_DECLS
