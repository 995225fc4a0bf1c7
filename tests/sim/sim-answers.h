/* sim-answers.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "sim/sim-events.h"

G_BEGIN_DECLS

/* What servers, proxies and networks make of an answer. Pure; each gives a new response. */

/* What @fault, one of the statuses, answers. */
TallyResponse *tally_sim_answer_status  (TallySimKind    fault,
                                         TallySimDice   *dice) G_GNUC_WARN_UNUSED_RESULT;
/* A sign-in page with status 200. */
TallyResponse *tally_sim_answer_html    (void) G_GNUC_WARN_UNUSED_RESULT;
/* Half of it. */
TallyResponse *tally_sim_answer_cut     (TallyResponse  *whole) G_GNUC_WARN_UNUSED_RESULT;
/* A few of its bytes are such as no JSON text has. (What still is good JSON with other values
 * nobody can tell from the truth; checksums of the network are for that.) */
TallyResponse *tally_sim_answer_corrupt (TallyResponse  *whole,
                                         TallySimDice   *dice) G_GNUC_WARN_UNUSED_RESULT;

/* A batch for `_bulk_docs` without its last document, and the row that refuses that one; NULL:
 * there is none. */
GBytes        *tally_sim_answer_take_row (GBytes        *batch,
                                          char         **row) G_GNUC_WARN_UNUSED_RESULT;
/* The answer to the rest with that row in it. */
TallyResponse *tally_sim_answer_add_row  (TallyResponse *whole,
                                          const char    *row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
