/* tally-conflict-row.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_CONFLICT_ROW (tally_conflict_row_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictRow, tally_conflict_row, TALLY, CONFLICT_ROW, AdwBin)

G_END_DECLS
