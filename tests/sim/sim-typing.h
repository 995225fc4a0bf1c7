/* sim-typing.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-dice.h"

G_BEGIN_DECLS

/* What people type. Bodies are objects of a few members, so that people meet in them, and each
 * value is written once, so that it can be recognized for ever. Pure but for the dice. */

/* The key of record @n: some are awkward. */
const char *tally_sim_typing_key        (guint          n);
/* @body with one or two members changed, added or taken away. @who: goes into the values. */
char       *tally_sim_typing_edit       (TallySimDice  *dice,
                                         guint          who,
                                         const char    *body) G_GNUC_WARN_UNUSED_RESULT;
/* The same values written otherwise: in another order, or one with another spelling. */
char       *tally_sim_typing_cosmetic   (TallySimDice  *dice,
                                         const char    *body) G_GNUC_WARN_UNUSED_RESULT;
/* The same with each number that no double holds as a text. */
char       *tally_sim_typing_quote      (const char    *body) G_GNUC_WARN_UNUSED_RESULT;
/* What JavaScript stores of any JSON. */
GBytes     *tally_sim_typing_bend       (GBytes        *json) G_GNUC_WARN_UNUSED_RESULT;
/* Member by member from either of the two. */
char       *tally_sim_typing_mix        (TallySimDice  *dice,
                                         const char    *one,
                                         const char    *other) G_GNUC_WARN_UNUSED_RESULT;
/* What a value means, whatever its spelling. @text: JSON text of a string or a number. */
char       *tally_sim_typing_meaning    (const char    *text,
                                         gsize          length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
