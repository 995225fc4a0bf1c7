/* tally-conflicts-page.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_CONFLICTS_PAGE (tally_conflicts_page_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictsPage, tally_conflicts_page, TALLY, CONFLICTS_PAGE, AdwBin)

G_END_DECLS
