/* tally-undo.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_UNDO (tally_undo_get_type ())
G_DECLARE_FINAL_TYPE (TallyUndo, tally_undo, TALLY, UNDO, GObject)

TallyUndo *tally_undo_new     (TallyBusSync *sync) G_GNUC_WARN_UNUSED_RESULT;
/* Looks for the last run that changed something here; "notify::question" says when it is known. */
void       tally_undo_load    (TallyUndo    *self);
/* The same for the runs before the one that is shown. */
void       tally_undo_earlier (TallyUndo    *self);
/* Undoes the run that is shown, for the records that were counted, and shows what is left. */
void       tally_undo_undo    (TallyUndo    *self);

G_END_DECLS
