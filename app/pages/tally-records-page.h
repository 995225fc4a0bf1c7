/* tally-records-page.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_RECORDS_PAGE (tally_records_page_get_type ())
G_DECLARE_FINAL_TYPE (TallyRecordsPage, tally_records_page, TALLY, RECORDS_PAGE, AdwBin)

G_END_DECLS
