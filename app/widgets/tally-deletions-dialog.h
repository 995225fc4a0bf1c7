/* tally-deletions-dialog.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-deletions.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_DELETIONS_DIALOG (tally_deletions_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TallyDeletionsDialog, tally_deletions_dialog, TALLY, DELETIONS_DIALOG,
                      AdwWindow)

/* Shows itself when the question is known, and goes when nothing is asked any more. */
void tally_deletions_dialog_present (GtkWindow    *parent,
                                     TallyBusSync *sync);

G_END_DECLS
