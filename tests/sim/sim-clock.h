/* sim-clock.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "sim/sim-baton.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SIM_CLOCK (tally_sim_clock_get_type ())
G_DECLARE_FINAL_TYPE (TallySimClock, tally_sim_clock, TALLY, SIM_CLOCK, GObject)

/* The baton's time as one device sees it. @baton outlives the clock. */
TallySimClock *tally_sim_clock_new      (TallySimBaton *baton) G_GNUC_WARN_UNUSED_RESULT;
/* A sleep that ends early when the actor is woken, as that of TallyClock may not. */
gboolean       tally_sim_clock_doze_us  (TallySimClock  *self,
                                         gint64          duration_us,
                                         GCancellable   *cancellable,
                                         GError        **error);
/* How far this device's date is ahead of the true one. */
void           tally_sim_clock_set_skew (TallySimClock *self,
                                         gint64         skew_us);

G_END_DECLS
