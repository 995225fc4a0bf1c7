/* tally-field-row.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_FIELD_ROW (tally_field_row_get_type ())
G_DECLARE_FINAL_TYPE (TallyFieldRow, tally_field_row, TALLY, FIELD_ROW, GtkListBoxRow)

TallyFieldRow        *tally_field_row_new       (TallyResolution      *resolution,
                                               TallyResolutionField *field) G_GNUC_WARN_UNUSED_RESULT;

TallyResolutionField *tally_field_row_get_field (TallyFieldRow        *self);
/* Opens the entry for a value of one's own. */
void                  tally_field_row_edit      (TallyFieldRow        *self);

G_END_DECLS
