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

G_END_DECLS
