/* tally-undo.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-question.h"

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_UNDO (tally_undo_get_type ())
G_DECLARE_FINAL_TYPE (TallyUndo, tally_undo, TALLY, UNDO, TallyQuestion)

/* First: the run before the one that is shown. Second: the one that is shown is undone, for the
 * records that were counted, and what is left is shown. */
TallyQuestion *tally_undo_new (TallyBusSync *sync) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
