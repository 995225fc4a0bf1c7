/* sim-dice.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallySimDice:
 *
 * Chance as a plain value: a row of numbers that follows from where it starts. One of its own for
 * each event keeps the rest of a world as it was when that event is taken out. The generator is
 * SplitMix64 (G. Steele, D. Lea, C. Flood: Fast Splittable Pseudorandom Number Generators,
 * OOPSLA 2014).
 */
typedef struct
{
  guint64 state;
} TallySimDice;

/* The start of a row for each pair. */
TallySimDice tally_sim_dice_new    (guint64        seed,
                                    guint64        place);
guint32      tally_sim_dice_next   (TallySimDice  *self);
/* From @begin up to and without @end. */
gint32       tally_sim_dice_range  (TallySimDice  *self,
                                    gint32         begin,
                                    gint32         end);
gboolean     tally_sim_dice_chance (TallySimDice  *self,
                                    int            percent);

G_END_DECLS
