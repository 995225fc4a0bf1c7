/* tally-outbox-dialog.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-outbox.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_OUTBOX_DIALOG (tally_outbox_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TallyOutboxDialog, tally_outbox_dialog, TALLY, OUTBOX_DIALOG, AdwWindow)

void tally_outbox_dialog_present (GtkWindow    *parent,
                                  TallyBusSync *sync,
                                  TallyClock   *clock);

G_END_DECLS
