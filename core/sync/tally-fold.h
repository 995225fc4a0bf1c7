/* tally-fold.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "merge/tally-merge.h"
#include "model/tally-record.h"

G_BEGIN_DECLS

/* The sides of a conflict in the order they fold: the server's winner first, its other open
 * leaves in winner order, an edit of ours that is not in its tree last.
 * (element-type TallyRevision) */
GPtrArray  *tally_fold_sides     (const TallyRecord    *record) G_GNUC_WARN_UNUSED_RESULT;

/* The rev id both sides come from, as far as the leaves tell; a branch grown on a revision that
 * was closed by a tombstone starts there. Borrowed; NULL when none is known. */
const char *tally_fold_base_rev  (const TallyRecord    *record,
                                  const TallyRevision  *winner,
                                  const TallyRevision  *side);

/* The revisions whose bodies a fold needs and the record does not hold:
 * (element-type utf8), borrowed rev ids. */
GPtrArray  *tally_fold_list_missing_bases (const TallyRecord *record) G_GNUC_WARN_UNUSED_RESULT;

/* Merges the open sides of a conflict pairwise. @bases: (element-type TallyRevision): fetched
 * bodies. The result of the last merge that was tried: kind NONE when all sides folded;
 * NULL when there is but one side. */
TallyMerge *tally_fold           (const TallyRecord    *record,
                                  GPtrArray            *bases) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
