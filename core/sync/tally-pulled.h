/* tally-pulled.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sync/tally-sync-private.h"

G_BEGIN_DECLS

/* What a page says of one record, with what is known of it here. */
typedef struct
{
  const TallyChange *change;    /* borrowed from the page */
  TallyRecord       *record;    /* owned, nullable: as read from the store */
  GPtrArray         *leaves;    /* owned: TallyRevision, gathered from here and there */
  TallyRecord       *after;     /* owned, nullable: what it becomes */
  gboolean           fetches_base;   /* its common ancestor came from the server */
} TallyPulled;

/* Those of @changes (element-type TallyChange) that say anything new, each with all its leaves:
 * from what is at hand, else from the server. */
GPtrArray           *tally_pulled_gather  (TallySyncContext  *context,
                                           GPtrArray         *changes,
                                           GError           **error);
/* Whether the leaves known of a record are those that a page lists, in whatever order. */
gboolean             tally_pulled_same_leaves (const TallyRecord *record,
                                               const TallyChange *change);
/* Of @leaves (nullable; element-type TallyRevision) the one called @rev; nullable. */
const TallyRevision *tally_pulled_find_leaf (GPtrArray       *leaves,
                                             const char      *rev);

/* --- lines of ancestors (tally-pulled-line.c) --- */

/* Whether as much of its line is known as this item asks for. */
gboolean             tally_pulled_has_line (const TallyPulled        *item,
                                            const TallyRevision      *revision);
/* Whether a branch that a settlement ends may lie in what is not known of @leaf's line. */
gboolean             tally_pulled_hides_closed (const TallyPulled    *item,
                                                const TallyRevision  *leaf);
/* Where one leaf takes the place of another and is one generation older, it grew on that one: a
 * page lists every leaf there is. Its line is then known without a question, and can be given
 * back should the server lose it. */
TallyRevision       *tally_pulled_dup_with_line (const TallyPulled   *item,
                                                 const TallyRevision *winner)
                                                 G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
