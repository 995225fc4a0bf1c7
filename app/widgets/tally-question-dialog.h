/* tally-undo-dialog.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-undo.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_UNDO_DIALOG (tally_undo_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TallyUndoDialog, tally_undo_dialog, TALLY, UNDO_DIALOG,
                      AdwWindow)

/* Shows itself when it is known what can be undone. */
void tally_undo_dialog_present (GtkWindow    *parent,
                                TallyBusSync *sync);

G_END_DECLS
