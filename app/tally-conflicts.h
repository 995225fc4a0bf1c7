/* tally-conflicts.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution.h"

#include "client/tally-conflict-model.h"

G_BEGIN_DECLS

#define TALLY_TYPE_CONFLICTS (tally_conflicts_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflicts, tally_conflicts, TALLY, CONFLICTS, GObject)

/* No conflict is open. */
#define TALLY_CONFLICTS_NONE G_MAXUINT

TallyConflicts  *tally_conflicts_new          (TallyClient    *client) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (element-type TallyConflictItem) */
GListModel      *tally_conflicts_get_model    (TallyConflicts *self);
/* (transfer none) (nullable) */
TallyResolution *tally_conflicts_get_current  (TallyConflicts *self);
guint            tally_conflicts_get_selected (TallyConflicts *self);
void             tally_conflicts_select       (TallyConflicts *self,
                                               guint           position);
void             tally_conflicts_skip         (TallyConflicts *self);
void             tally_conflicts_apply        (TallyConflicts *self);

G_END_DECLS
