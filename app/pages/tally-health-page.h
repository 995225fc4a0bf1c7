/* tally-health-page.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_HEALTH_PAGE (tally_health_page_get_type ())
G_DECLARE_FINAL_TYPE (TallyHealthPage, tally_health_page, TALLY, HEALTH_PAGE, AdwBin)

G_END_DECLS
