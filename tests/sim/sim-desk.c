/* sim-desk.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-device-private.h"

/* Whoever works at a device, with a connection to its store of his own, and what goes wrong
 * around him. */

static void
go_offline (TallySimDevice *self)
{
  TallySimDice dice;

  if (!tally_sim_device_happens (self, TALLY_SIM_FAULT_OFFLINE, &dice))
    return;

  self->offline_until_us = tally_clock_now_us (self->clock) +
                           tally_sim_dice_range (&dice, 5, 40) * G_USEC_PER_SEC;
  tally_sim_transport_set_offline (TALLY_SIM_TRANSPORT (self->transport), TRUE);
}

static void
fill_disk (TallySimDevice *self)
{
  TallySimDice dice;

  if (!tally_sim_device_happens (self, TALLY_SIM_FAULT_DISK_FULL, &dice))
    return;

  self->was_full = TRUE;
  self->full_until_us = tally_clock_now_us (self->clock) +
                        tally_sim_dice_range (&dice, 1, 20) * G_USEC_PER_SEC;
  tally_sim_vfs_set_full (self->disk, TRUE);
}

/* Up to two days off, as with a device's first date. */
static void
jump (TallySimDevice *self)
{
  TallySimDice dice;

  if (tally_sim_device_happens (self, TALLY_SIM_FAULT_JUMP, &dice))
    tally_sim_clock_set_skew (self->sim_clock,
                              (gint64) tally_sim_dice_range (&dice, -2 * 86400, 2 * 86400) *
                              G_USEC_PER_SEC);
}

/* What a device asks its people, they answer sooner or later. */
static void
answer (TallySimDevice *self)
{
  if (self->login != NULL && tally_sim_dice_chance (&self->dice, 30))
    {
      self->login = NULL;
      tally_sim_net_unlock (self->given.net, self->given.index);
      tally_sim_trace_add (self->given.trace, self->name, "signs in again");
    }
  if (self->last_failure != NULL && g_str_equal (self->last_failure->code, "recreated") &&
      tally_sim_dice_chance (&self->dice, 30))
    {
      self->adopt = TRUE;
      tally_sim_trace_add (self->given.trace, self->name, "adopts what the server has now");
    }
}

static void
disturb (TallySimDevice *self)
{
  tally_sim_device_breathe (self);
  go_offline (self);
  fill_disk (self);
  jump (self);
  answer (self);
  if (self->run != NULL && tally_sim_device_happens (self, TALLY_SIM_FAULT_CANCEL, NULL))
    g_cancellable_cancel (self->run);
  if (tally_sim_dice_chance (&self->dice, 12))
    self->facts.poked = TRUE;
}

static gboolean
work (TallySimDevice *self,
      TallyStore     *store)
{
  g_autoptr (GError) error = NULL;
  gboolean acted;

  if (!self->given.edits)
    return TRUE;
  self->typing = TRUE;
  acted = tally_sim_user_act (self->user, store, &error);
  self->typing = FALSE;
  if (!acted)
    return tally_sim_device_note_failure (self, "the user", error);

  tally_schedule_note_edit (&self->facts, tally_clock_now_us (self->clock));

  return TRUE;
}

static void
use (TallySimDevice *self)
{
  g_autoptr (TallyStore) store = NULL;

  while (store == NULL)
    {
      g_autoptr (GError) error = NULL;

      tally_sim_device_breathe (self);
      store = tally_sim_device_open_store (self, &error);
      if (store == NULL && (!tally_sim_device_note_failure (self, "the user's open", error) ||
                            !tally_sim_device_is_going (self) ||
                            !tally_sim_device_nap (self, 2000)))
        return;
    }

  while (tally_sim_device_is_going (self) && tally_sim_device_nap (self, self->given.pause_ms))
    {
      disturb (self);
      if (!work (self, store))
        return;
      tally_sim_baton_wake (self->given.baton, self->agent_actor);
    }
}

void
tally_sim_desk_main (gpointer data)
{
  TallySimDevice *self = data;
  guint life;

  do
    {
      life = self->life;
      use (self);
      self->user_down = TRUE;
      if (tally_sim_device_is_dead (self))
        tally_sim_device_fall (self);
      tally_sim_baton_wake (self->given.baton, self->agent_actor);

      /* Somebody without power waits until it is back. */
      while (tally_sim_device_is_going (self) && life == self->life)
        tally_sim_baton_sleep (self->given.baton, G_USEC_PER_SEC);
    }
  while (tally_sim_device_is_going (self));

  self->user_down = TRUE;
  self->user_over = TRUE;
  tally_sim_baton_wake (self->given.baton, self->agent_actor);
  self->n_over++;
}
