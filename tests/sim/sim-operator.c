/* sim-operator.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-operator.h"

struct _TallySimOperator
{
  TallySimOperatorOptions given;
  gboolean                over;
};

static gboolean
happens (TallySimOperator *self,
         TallySimKind      fault,
         TallySimDice     *dice)
{
  return tally_sim_events_draw (self->given.events, TALLY_SIM_WORLD, fault,
                                self->given.odds.per_mille[fault], dice);
}

static void
act (TallySimOperator *self)
{
  TallySimDice dice;

  if (happens (self, TALLY_SIM_FAULT_SERVER_JUMP, &dice))
    {
      tally_sim_trace_add_fault (self->given.trace, "world", TALLY_SIM_FAULT_SERVER_JUMP);
      tally_sim_clock_set_skew (self->given.clock,
                                (gint64) tally_sim_dice_range (&dice, -2 * 86400, 2 * 86400) *
                                G_USEC_PER_SEC);
    }
  if (happens (self, TALLY_SIM_FAULT_RESTORE, &dice) &&
      tally_sim_net_operate (self->given.net, TALLY_SIM_OPERATION_RESTORE))
    tally_sim_trace_add_fault (self->given.trace, "world", TALLY_SIM_FAULT_RESTORE);
  if (happens (self, TALLY_SIM_FAULT_RECREATE, &dice) &&
      tally_sim_net_operate (self->given.net, TALLY_SIM_OPERATION_RECREATE))
    tally_sim_trace_add_fault (self->given.trace, "world", TALLY_SIM_FAULT_RECREATE);
}

static void
operator_main (gpointer data)
{
  TallySimOperator *self = data;
  gboolean backs_up = self->given.odds.per_mille[TALLY_SIM_FAULT_RESTORE] > 0;

  while (tally_sim_baton_get_now_us (self->given.baton) < self->given.until_us)
    {
      TallySimDice pause = tally_sim_events_roll (self->given.events, TALLY_SIM_WORLD,
                                                  TALLY_SIM_WAY);

      tally_sim_baton_sleep (self->given.baton,
                             tally_sim_dice_range (&pause, 1, 6 * G_USEC_PER_SEC));
      if (backs_up && tally_sim_dice_chance (&pause, 30))
        tally_sim_net_operate (self->given.net, TALLY_SIM_OPERATION_BACK_UP);
      act (self);
    }

  self->over = TRUE;
}

TallySimOperator *
tally_sim_operator_new (const TallySimOperatorOptions *options)
{
  TallySimOperator *self = g_new0 (TallySimOperator, 1);

  self->given = *options;
  tally_sim_baton_spawn (options->baton, "operator", operator_main, self);

  return self;
}

void
tally_sim_operator_free (TallySimOperator *self)
{
  g_free (self);
}

gboolean
tally_sim_operator_is_over (TallySimOperator *self)
{
  return self->over;
}
