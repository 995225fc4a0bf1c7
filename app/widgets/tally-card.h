/* tally-card.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_CARD (tally_card_get_type ())
G_DECLARE_FINAL_TYPE (TallyCard, tally_card, TALLY, CARD, GtkFlowBoxChild)

G_END_DECLS
