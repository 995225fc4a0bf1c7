/* tally-clock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-clock.h"

/**
 * TallyClock:
 *
 * The only way to ask for the time or to wait. It knows nothing of schedules;
 * it may be used from any thread; only a wait can fail, and only by being cancelled.
 */
G_DEFINE_INTERFACE (TallyClock, tally_clock, G_TYPE_OBJECT)

static void
tally_clock_default_init (TallyClockInterface *iface)
{
}

/**
 * tally_clock_now_us:
 * @self: a clock
 *
 * Returns: monotonic microseconds; only differences mean anything
 */
gint64
tally_clock_now_us (TallyClock *self)
{
  return TALLY_CLOCK_GET_IFACE (self)->now_us (self);
}

/**
 * tally_clock_date_us:
 * @self: a clock
 *
 * Returns: microseconds since 1970-01-01 UTC; may jump either way
 */
gint64
tally_clock_date_us (TallyClock *self)
{
  return TALLY_CLOCK_GET_IFACE (self)->date_us (self);
}

/**
 * tally_clock_sleep_us:
 * @self: a clock
 * @duration_us: how long, microseconds
 * @cancellable: (nullable): ends the wait early
 * @error: %G_IO_ERROR_CANCELLED
 *
 * Blocks the calling worker thread. Never called on a main loop's thread.
 *
 * Returns: %FALSE when it was cancelled
 */
gboolean
tally_clock_sleep_us (TallyClock    *self,
                      gint64         duration_us,
                      GCancellable  *cancellable,
                      GError       **error)
{
  return TALLY_CLOCK_GET_IFACE (self)->sleep_us (self, duration_us, cancellable, error);
}

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
