/* tally-deletions.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-question.h"

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_DELETIONS (tally_deletions_get_type ())
G_DECLARE_FINAL_TYPE (TallyDeletions, tally_deletions, TALLY, DELETIONS, TallyQuestion)

/* First: the records stay. Second: they are deleted on the other side, too. */
TallyQuestion *tally_deletions_new (TallyBusSync *sync) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
