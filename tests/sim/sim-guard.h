/* sim-guard.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-trace.h"
#include "sim/sim-vfs.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallySimGuard:
 *
 * What people have let a device delete, and the oracle that nothing beyond it and the rule was
 * deleted there because the server says so. Reads the file by itself.
 */
typedef struct _TallySimGuard TallySimGuard;

/* @trace outlives it. */
TallySimGuard *tally_sim_guard_new   (TallySimTrace        *trace,
                                      const TallyGuardRule *rule) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_guard_free  (TallySimGuard        *self);

/* Somebody is about to confirm so many; a crash may hide that he did. */
void           tally_sim_guard_allow (TallySimGuard        *self,
                                      const TallyGuard     *guard);
/* After a run of this id, on the store's file at @path. */
void           tally_sim_guard_check (TallySimGuard        *self,
                                      const char           *name,
                                      TallySimVfs          *disk,
                                      const char           *path,
                                      gint64                run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimGuard, tally_sim_guard_free)

G_END_DECLS
