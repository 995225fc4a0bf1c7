/* tally-json-view.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_JSON_VIEW (tally_json_view_get_type ())
G_DECLARE_FINAL_TYPE (TallyJsonView, tally_json_view, TALLY, JSON_VIEW, GtkTextView)

G_END_DECLS
