/* tally-clock.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TALLY_TYPE_CLOCK (tally_clock_get_type ())
G_DECLARE_INTERFACE (TallyClock, tally_clock, TALLY, CLOCK, GObject)

/**
 * TallyClockInterface:
 * @now_us: monotonic microseconds, never running backwards
 * @date_us: microseconds since 1970 (UTC), may jump
 * @sleep_us: waits; %FALSE with %G_IO_ERROR_CANCELLED when @cancellable ends it early
 *
 * Time as something given in, so that a test or the simulator can own it.
 * Every method may be called from any thread.
 */
struct _TallyClockInterface
{
  GTypeInterface parent_iface;

  gint64   (*now_us)   (TallyClock    *self);
  gint64   (*date_us)  (TallyClock    *self);
  gboolean (*sleep_us) (TallyClock    *self,
                        gint64         duration_us,
                        GCancellable  *cancellable,
                        GError       **error);
};

gint64    tally_clock_now_us     (TallyClock    *self);
gint64    tally_clock_date_us    (TallyClock    *self);
gboolean  tally_clock_sleep_us   (TallyClock    *self,
                                  gint64         duration_us,
                                  GCancellable  *cancellable,
                                  GError       **error);

G_END_DECLS
