/* tally-system-clock.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SYSTEM_CLOCK (tally_system_clock_get_type ())
G_DECLARE_FINAL_TYPE (TallySystemClock, tally_system_clock, TALLY, SYSTEM_CLOCK, GObject)

TallyClock *tally_system_clock_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
