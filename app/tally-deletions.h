/* tally-deletions.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_DELETIONS (tally_deletions_get_type ())
G_DECLARE_FINAL_TYPE (TallyDeletions, tally_deletions, TALLY, DELETIONS, GObject)

TallyDeletions *tally_deletions_new    (TallyBusSync   *sync) G_GNUC_WARN_UNUSED_RESULT;
/* Asks which question is open now; "notify::question" says when it is known. */
void            tally_deletions_load   (TallyDeletions *self);
/* Answers the question that is shown, for the records that were counted. */
void            tally_deletions_answer (TallyDeletions *self,
                                        gboolean        keep);

G_END_DECLS
