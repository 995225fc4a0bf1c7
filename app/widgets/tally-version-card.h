/* tally-version-card.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_VERSION_CARD (tally_version_card_get_type ())
G_DECLARE_FINAL_TYPE (TallyVersionCard, tally_version_card, TALLY, VERSION_CARD, GtkFlowBoxChild)

TallyVersionCard *tally_version_card_new (TallyResolution        *resolution,
                                          TallyResolutionVersion *version) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
