/* tally-system-clock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-system-clock.h"

/**
 * TallySystemClock:
 *
 * The machine's own time. In a file of its own so that a program which gives another clock in,
 * as the simulator does, does not even link what asks the machine. May be used from any thread;
 * fails as any clock does.
 */
struct _TallySystemClock
{
  GObject parent_instance;
};

static gint64
tally_system_clock_now_us (TallyClock *clock)
{
  return g_get_monotonic_time ();
}

static gint64
tally_system_clock_date_us (TallyClock *clock)
{
  return g_get_real_time ();
}

static gboolean
tally_system_clock_sleep_us (TallyClock    *clock,
                             gint64         duration_us,
                             GCancellable  *cancellable,
                             GError       **error)
{
  gint64 deadline = g_get_monotonic_time () + duration_us;
  gint64 left;
  GPollFD fd = { .fd = -1 };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (cancellable == NULL || !g_cancellable_make_pollfd (cancellable, &fd))
    {
      g_usleep (MAX (duration_us, 0));
      return TRUE;
    }

  while ((left = deadline - g_get_monotonic_time ()) > 0 &&
         !g_cancellable_is_cancelled (cancellable))
    g_poll (&fd, 1, (int) MIN (left / 1000 + 1, G_MAXINT));

  g_cancellable_release_fd (cancellable);

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
tally_system_clock_iface_init (TallyClockInterface *iface)
{
  iface->now_us = tally_system_clock_now_us;
  iface->date_us = tally_system_clock_date_us;
  iface->sleep_us = tally_system_clock_sleep_us;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TallySystemClock, tally_system_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_CLOCK,
                                                      tally_system_clock_iface_init))

static void
tally_system_clock_class_init (TallySystemClockClass *klass)
{
}

static void
tally_system_clock_init (TallySystemClock *self)
{
}

/**
 * tally_system_clock_new:
 *
 * Returns: (transfer full): the machine's own clock
 */
TallyClock *
tally_system_clock_new (void)
{
  return g_object_new (TALLY_TYPE_SYSTEM_CLOCK, NULL);
}
