/* tally-record-row.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_RECORD_ROW (tally_record_row_get_type ())
G_DECLARE_FINAL_TYPE (TallyRecordRow, tally_record_row, TALLY, RECORD_ROW, AdwBin)

G_END_DECLS
