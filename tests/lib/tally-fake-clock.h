/* tally-fake-clock.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

G_BEGIN_DECLS

/**
 * TallyFakeClock:
 *
 * Time owned by a test: it moves only when somebody sleeps or the test moves it.
 * A sleep returns at once and is counted. May be used from any thread.
 */
#define TALLY_TYPE_FAKE_CLOCK (tally_fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (TallyFakeClock, tally_fake_clock, TALLY, FAKE_CLOCK, GObject)

TallyFakeClock *tally_fake_clock_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void            tally_fake_clock_advance      (TallyFakeClock *self,
                                               gint64          duration_us);
guint           tally_fake_clock_get_n_sleeps (TallyFakeClock *self);
gint64          tally_fake_clock_get_slept_us (TallyFakeClock *self);

G_END_DECLS
