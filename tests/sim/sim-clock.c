/* sim-clock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-clock.h"

/* The date on which every world begins: 2026-01-01 UTC. */
#define EPOCH_US (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

/**
 * TallySimClock:
 *
 * Virtual time for one device: a sleep passes the baton on. It has no time of its own but the
 * error of its date. Only for the actor that runs; a sleep fails only by being cancelled.
 */
struct _TallySimClock
{
  GObject        parent_instance;

  TallySimBaton *baton;     /* unowned */
  gint64         skew_us;
};

typedef struct
{
  TallySimBaton *baton;
  TallySimActor *actor;
} Sleeper;

static gint64
tally_sim_clock_now_us (TallyClock *clock)
{
  return tally_sim_baton_get_now_us (TALLY_SIM_CLOCK (clock)->baton);
}

static gint64
tally_sim_clock_date_us (TallyClock *clock)
{
  TallySimClock *self = TALLY_SIM_CLOCK (clock);

  return EPOCH_US + tally_sim_baton_get_now_us (self->baton) + self->skew_us;
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  Sleeper *sleeper = data;

  tally_sim_baton_wake (sleeper->baton, sleeper->actor);
}

gboolean
tally_sim_clock_doze_us (TallySimClock  *self,
                         gint64          duration_us,
                         GCancellable   *cancellable,
                         GError        **error)
{
  Sleeper sleeper = { self->baton, tally_sim_baton_get_actor (self->baton) };
  gulong handler = 0;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &sleeper, NULL);
  tally_sim_baton_sleep (self->baton, duration_us);
  g_cancellable_disconnect (cancellable, handler);

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
tally_sim_clock_sleep_us (TallyClock    *clock,
                          gint64         duration_us,
                          GCancellable  *cancellable,
                          GError       **error)
{
  TallySimClock *self = TALLY_SIM_CLOCK (clock);
  gint64 end_us = tally_sim_baton_get_now_us (self->baton) + MAX (duration_us, 1);

  do
    if (!tally_sim_clock_doze_us (self, end_us - tally_sim_baton_get_now_us (self->baton),
                                  cancellable, error))
      return FALSE;
  while (tally_sim_baton_get_now_us (self->baton) < end_us);

  return TRUE;
}

static void
tally_sim_clock_iface_init (TallyClockInterface *iface)
{
  iface->now_us = tally_sim_clock_now_us;
  iface->date_us = tally_sim_clock_date_us;
  iface->sleep_us = tally_sim_clock_sleep_us;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TallySimClock, tally_sim_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_CLOCK,
                                                      tally_sim_clock_iface_init))

static void
tally_sim_clock_class_init (TallySimClockClass *klass)
{
}

static void
tally_sim_clock_init (TallySimClock *self)
{
}

TallySimClock *
tally_sim_clock_new (TallySimBaton *baton)
{
  TallySimClock *self = g_object_new (TALLY_TYPE_SIM_CLOCK, NULL);

  self->baton = baton;

  return self;
}

void
tally_sim_clock_set_skew (TallySimClock *self,
                          gint64         skew_us)
{
  self->skew_us = skew_us;
}
