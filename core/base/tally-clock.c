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
