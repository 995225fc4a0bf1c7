/* tally-record-item.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TallyRecordItem:
 *
 * One row of a TallyRecordModel: properties "id", "collection", "state" (as ListRecords names
 * it) and "loaded". A row that was asked for before its page came has empty texts and fills in.
 * Main thread of the model.
 */
#define TALLY_TYPE_RECORD_ITEM (tally_record_item_get_type ())
G_DECLARE_FINAL_TYPE (TallyRecordItem, tally_record_item, TALLY, RECORD_ITEM, GObject)

TallyRecordItem *tally_record_item_new            (void) G_GNUC_WARN_UNUSED_RESULT;
/* For the model: fills the row in. */
void             tally_record_item_fill           (TallyRecordItem *self,
                                                   const char      *id,
                                                   const char      *collection,
                                                   const char      *state);
const char      *tally_record_item_get_id         (TallyRecordItem *self);
const char      *tally_record_item_get_collection (TallyRecordItem *self);
const char      *tally_record_item_get_state      (TallyRecordItem *self);
gboolean         tally_record_item_is_loaded      (TallyRecordItem *self);

G_END_DECLS
