/* tally-window.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_WINDOW (tally_window_get_type ())
G_DECLARE_FINAL_TYPE (TallyWindow, tally_window, TALLY, WINDOW, AdwApplicationWindow)

TallyWindow *tally_window_new (AdwApplication *application,
                               TallySession   *session) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
