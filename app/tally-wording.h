/* tally-wording.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Codes, dates and counts in the user's language, for every page alike. Dates are microseconds
 * since 1970; @now_us is given in, so that nothing here asks a clock. */

char       *tally_wording_number       (guint64     number) G_GNUC_WARN_UNUSED_RESULT;
char       *tally_wording_bytes        (guint64     bytes) G_GNUC_WARN_UNUSED_RESULT;
char       *tally_wording_ago          (gint64      date_us,
                                        gint64      now_us) G_GNUC_WARN_UNUSED_RESULT;
char       *tally_wording_until        (gint64      date_us,
                                        gint64      now_us) G_GNUC_WARN_UNUSED_RESULT;
const char *tally_wording_record_state (const char *state);
const char *tally_wording_record_icon  (const char *state);
const char *tally_wording_conflict     (const char *kind);
const char *tally_wording_run_status   (const char *status);
const char *tally_wording_trigger      (const char *trigger);
const char *tally_wording_phase        (const char *phase);
const char *tally_wording_grade        (const char *grade);
const char *tally_wording_plan_action  (const char *action);

G_END_DECLS
