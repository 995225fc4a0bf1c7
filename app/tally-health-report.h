/* tally-health-report.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

#include "tally-bus.h"

G_BEGIN_DECLS

#define TALLY_TYPE_HEALTH_REPORT (tally_health_report_get_type ())
G_DECLARE_FINAL_TYPE (TallyHealthReport, tally_health_report, TALLY, HEALTH_REPORT, GObject)

TallyHealthReport *tally_health_report_new     (TallyBusSync      *sync,
                                                TallyClock        *clock) G_GNUC_WARN_UNUSED_RESULT;
/* Asks anew; "notify" says what has changed. */
void               tally_health_report_refresh (TallyHealthReport *self);

G_END_DECLS
