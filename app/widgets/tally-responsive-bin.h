/* tally-responsive-bin.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_RESPONSIVE_BIN (tally_responsive_bin_get_type ())
G_DECLARE_FINAL_TYPE (TallyResponsiveBin, tally_responsive_bin, TALLY, RESPONSIVE_BIN, GtkWidget)

G_END_DECLS
