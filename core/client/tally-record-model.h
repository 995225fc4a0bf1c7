/* tally-record-model.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"
#include "client/tally-record-item.h"

G_BEGIN_DECLS

/**
 * TallyRecordModel:
 *
 * A list of TallyRecordItem over the pages of ListRecords: a million records open at once, since
 * only pages that are looked at are fetched. Follows the store: what changed is read again at
 * most ten times a second, and items-changed names only what moved. Knows nothing of the bodies.
 * Main thread of the client. A page that can't be read leaves its rows as they are and sets
 * "error".
 *
 * Properties: "collection", "search" ("" for all), "problems-only", "n-items", "loading",
 * "error" (nullable text).
 */
#define TALLY_TYPE_RECORD_MODEL (tally_record_model_get_type ())
G_DECLARE_FINAL_TYPE (TallyRecordModel, tally_record_model, TALLY, RECORD_MODEL, GObject)

TallyRecordModel *tally_record_model_new               (TallyClient      *client) G_GNUC_WARN_UNUSED_RESULT;
void              tally_record_model_set_collection    (TallyRecordModel *self,
                                                        const char       *collection);
void              tally_record_model_set_search        (TallyRecordModel *self,
                                                        const char       *search);
void              tally_record_model_set_problems_only (TallyRecordModel *self,
                                                        gboolean          problems_only);

G_END_DECLS
