/* sim-odds.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-odds.h"

void
tally_sim_odds_draw (TallySimOdds *self,
                     TallySimDice *dice)
{
  static const guint16 most[TALLY_SIM_N_FAULTS] = {
    [TALLY_SIM_FAULT_DROP] = 80,
    [TALLY_SIM_FAULT_DUPLICATE] = 80,
    [TALLY_SIM_FAULT_REORDER] = 120,
    [TALLY_SIM_FAULT_DELAY] = 80,
    [TALLY_SIM_FAULT_LATE] = 40,
    [TALLY_SIM_FAULT_LOST_ANSWER] = 80,
    [TALLY_SIM_FAULT_CUT_ANSWER] = 40,
    [TALLY_SIM_FAULT_CORRUPT_ANSWER] = 40,
    [TALLY_SIM_FAULT_HTML] = 20,
    [TALLY_SIM_FAULT_400] = 16,
    [TALLY_SIM_FAULT_401] = 16,
    [TALLY_SIM_FAULT_403] = 16,
    [TALLY_SIM_FAULT_404] = 16,
    [TALLY_SIM_FAULT_408] = 20,
    [TALLY_SIM_FAULT_409] = 16,
    [TALLY_SIM_FAULT_412] = 16,
    [TALLY_SIM_FAULT_413] = 16,
    [TALLY_SIM_FAULT_429] = 20,
    [TALLY_SIM_FAULT_429_LATER] = 20,
    [TALLY_SIM_FAULT_5XX] = 40,
    [TALLY_SIM_FAULT_REFUSED_ROW] = 100,  /* of batches */
    [TALLY_SIM_FAULT_KILL] = 500,         /* of a device's life */
    [TALLY_SIM_FAULT_POWER] = 500,        /* of a device's life */
    [TALLY_SIM_FAULT_DISK_FULL] = 40,     /* of a user's actions, as some below */
    [TALLY_SIM_FAULT_OFFLINE] = 60,
    [TALLY_SIM_FAULT_CANCEL] = 300,       /* of those during a run */
    [TALLY_SIM_FAULT_SKEW] = 400,         /* of a device's life */
    [TALLY_SIM_FAULT_JUMP] = 30,
    [TALLY_SIM_FAULT_SERVER_JUMP] = 400,  /* of some seconds of the server's, as those below */
    [TALLY_SIM_FAULT_SERVER_CRASH] = 30,  /* of requests */
    [TALLY_SIM_FAULT_RESTORE] = 100,
    [TALLY_SIM_FAULT_RECREATE] = 80,
  };

  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    {
      /* Now and then so much of one kind that repeating at once does not help. */
      gint32 times = tally_sim_dice_chance (dice, 4) ? 5 : 1;
      gint32 drawn = tally_sim_dice_range (dice, 0, MIN (most[i] * times, 600) + 1);

      self->per_mille[i] = tally_sim_dice_chance (dice, 60) ? (guint16) drawn : 0;
    }

  /* A server that loses what it had is another world: one in six. */
  if (!tally_sim_dice_chance (dice, 17))
    {
      self->per_mille[TALLY_SIM_FAULT_RESTORE] = 0;
      self->per_mille[TALLY_SIM_FAULT_RECREATE] = 0;
    }
}

void
tally_sim_odds_even (TallySimOdds *self,
                     guint         percent)
{
  const guint n_kinds = TALLY_SIM_FAULT_5XX - TALLY_SIM_FAULT_DROP + 1;
  guint left = percent * 10;

  memset (self, 0, sizeof *self);
  for (guint i = 0; i < n_kinds; i++)
    {
      self->per_mille[TALLY_SIM_FAULT_DROP + i] = (guint16) (left / (n_kinds - i));
      left -= self->per_mille[TALLY_SIM_FAULT_DROP + i];
    }
}

void
tally_sim_odds_keep (TallySimOdds *self)
{
  self->per_mille[TALLY_SIM_FAULT_SERVER_CRASH] = 0;
  self->per_mille[TALLY_SIM_FAULT_RESTORE] = 0;
  self->per_mille[TALLY_SIM_FAULT_RECREATE] = 0;
}

gboolean
tally_sim_odds_lose (const TallySimOdds *self)
{
  return self->per_mille[TALLY_SIM_FAULT_RESTORE] > 0 ||
         self->per_mille[TALLY_SIM_FAULT_RECREATE] > 0;
}
