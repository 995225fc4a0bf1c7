/* tally-overview.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

#include "tally-bus.h"

G_BEGIN_DECLS

#define TALLY_TYPE_OVERVIEW (tally_overview_get_type ())
G_DECLARE_FINAL_TYPE (TallyOverview, tally_overview, TALLY, OVERVIEW, GObject)

TallyOverview *tally_overview_new             (TallyBusSync  *sync,
                                               TallyClock    *clock) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (element-type TallyCollection) */
GListModel    *tally_overview_get_collections (TallyOverview *self);
void           tally_overview_set_collections (TallyOverview *self,
                                               GVariant      *collections);
/* Reads the collections again. */
void           tally_overview_refresh         (TallyOverview *self);
/* Says every age anew; to be called now and then. */
void           tally_overview_tick            (TallyOverview *self);

G_END_DECLS
