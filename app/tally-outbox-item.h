/* tally-outbox-item.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TALLY_TYPE_OUTBOX_ITEM (tally_outbox_item_get_type ())
G_DECLARE_FINAL_TYPE (TallyOutboxItem, tally_outbox_item, TALLY, OUTBOX_ITEM, GObject)

/* @row: as ListOutbox gives it; @refused: of the lane of what the server refused. */
TallyOutboxItem *tally_outbox_item_new         (GVariant        *row,
                                                gboolean         refused,
                                                gint64           now_us) G_GNUC_WARN_UNUSED_RESULT;
const char      *tally_outbox_item_get_id      (TallyOutboxItem *self);
/* Why it is here, since when, how often it was sent, when next. */
const char      *tally_outbox_item_get_detail  (TallyOutboxItem *self);
gboolean         tally_outbox_item_is_refused  (TallyOutboxItem *self);

G_END_DECLS
