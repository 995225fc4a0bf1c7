/* tally-records.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-record-model.h"

G_BEGIN_DECLS

#define TALLY_TYPE_RECORDS (tally_records_get_type ())
G_DECLARE_FINAL_TYPE (TallyRecords, tally_records, TALLY, RECORDS, GObject)

TallyRecords *tally_records_new         (TallyClient  *client,
                                         GListModel   *collections) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (element-type TallyRecordItem) */
GListModel   *tally_records_get_model   (TallyRecords *self);
const char   *tally_records_get_id      (TallyRecords *self);
void          tally_records_select      (TallyRecords *self,
                                         const char   *id);
/* All records, or only those that wait, conflict or were refused; search and filter go. */
void          tally_records_show        (TallyRecords *self,
                                         gboolean      problems_only,
                                         const char   *collection);

G_END_DECLS
