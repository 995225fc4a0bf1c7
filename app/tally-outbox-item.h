/* tally-outbox-item.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* In the order in which they are listed. */
typedef enum
{
  TALLY_OUTBOX_REFUSED,
  TALLY_OUTBOX_HELD,
  TALLY_OUTBOX_WAITING,
  TALLY_OUTBOX_N_LANES
} TallyOutboxLane;

#define TALLY_TYPE_OUTBOX_ITEM (tally_outbox_item_get_type ())
G_DECLARE_FINAL_TYPE (TallyOutboxItem, tally_outbox_item, TALLY, OUTBOX_ITEM, GObject)

/* @row: as ListOutbox gives it of the @lane. */
TallyOutboxItem *tally_outbox_item_new         (GVariant        *row,
                                                TallyOutboxLane  lane,
                                                gint64           now_us) G_GNUC_WARN_UNUSED_RESULT;
const char      *tally_outbox_item_get_id      (TallyOutboxItem *self);
/* Why it is here, since when, how often it was sent, when next. */
const char      *tally_outbox_item_get_detail  (TallyOutboxItem *self);
TallyOutboxLane  tally_outbox_item_get_lane    (TallyOutboxItem *self);
/* Whether a word at this place lets it go; of what is held back, what waits for an answer to a
 * question of its own does not. */
gboolean         tally_outbox_item_can_leave   (TallyOutboxItem *self);

G_END_DECLS
