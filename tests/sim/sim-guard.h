/* sim-guard.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-ledger.h"
#include "sim/sim-trace.h"
#include "sim/sim-vfs.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallySimGuard:
 *
 * What people have let a device delete and send, and the oracles that nothing beyond it and the
 * rule was deleted there because the server says so, and that no more edits made alike have left.
 * Reads the file by itself.
 */
typedef struct _TallySimGuard TallySimGuard;

/* @trace and @ledger outlive it; @actor: the device. */
TallySimGuard *tally_sim_guard_new   (TallySimTrace        *trace,
                                      TallySimLedger       *ledger,
                                      guint                 actor,
                                      const TallyGuardRule *rule) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_guard_free  (TallySimGuard        *self);

/* Somebody is about to confirm so many; a crash may hide that he did. */
void           tally_sim_guard_allow (TallySimGuard        *self,
                                      const TallyGuard     *guard);
/* Somebody is about to write this back, and has seen what it is. */
void           tally_sim_guard_excuse (TallySimGuard       *self,
                                       const char          *key,
                                       const char          *body);
/* Around a run: what waits before it, and what of that has left after it. */
void           tally_sim_guard_begin (TallySimGuard        *self,
                                      TallyStore           *store);
void           tally_sim_guard_end   (TallySimGuard        *self,
                                      const char           *name,
                                      TallyStore           *store);
/* After a run of this id, on the store's file at @path. */
void           tally_sim_guard_check (TallySimGuard        *self,
                                      const char           *name,
                                      TallySimVfs          *disk,
                                      const char           *path,
                                      gint64                run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimGuard, tally_sim_guard_free)

G_END_DECLS
