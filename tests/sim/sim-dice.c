/* sim-dice.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-dice.h"

/* The constants are those of the paper and of java.util.SplittableRandom. */
static guint64
next (guint64 *state)
{
  guint64 z;

  *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = *state;
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

TallySimDice
tally_sim_dice_new (guint64 seed,
                    guint64 place)
{
  TallySimDice self = { place };

  self.state = next (&self.state) ^ seed;
  self.state = next (&self.state);

  return self;
}

guint32
tally_sim_dice_next (TallySimDice *self)
{
  return (guint32) (next (&self->state) >> 32);
}

gint32
tally_sim_dice_range (TallySimDice *self,
                      gint32        begin,
                      gint32        end)
{
  guint64 n = (guint64) ((gint64) end - begin);

  g_return_val_if_fail (end > begin, begin);

  return (gint32) (begin + (gint64) ((tally_sim_dice_next (self) * n) >> 32));
}

gboolean
tally_sim_dice_chance (TallySimDice *self,
                       int           percent)
{
  return tally_sim_dice_range (self, 0, 100) < percent;
}
