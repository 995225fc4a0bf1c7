/* tally-listing.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sync/tally-sync-private.h"

G_BEGIN_DECLS

/* A row that was not what is known here. */
typedef struct
{
  char     *key;
  char    **leaves;
  gboolean  bent;   /* the leaves are the same, the winner's body is not */
} TallyDoubt;

/**
 * TallyListing:
 * @seen: (element-type gint64): ids of the records that were listed
 * @doubts: key -> TallyDoubt
 * @n_live: listed
 * @n_equal: live, clean, and the same there and here
 *
 * Everything the server has, held against what is known here; changes nothing. On its maker's
 * stack, within one run.
 */
typedef struct
{
  TallySyncContext *context;   /* borrowed */
  GArray           *seen;      /* owned */
  GHashTable       *doubts;    /* owned */
  guint             n_live;
  guint             n_equal;
} TallyListing;

void       tally_listing_init         (TallyListing        *self,
                                       TallySyncContext    *context);
void       tally_listing_clear        (TallyListing        *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallyListing, tally_listing_clear)

/* Asks page after page; with bodies where they are to be compared. */
gboolean   tally_listing_fill         (TallyListing        *self,
                                       GError             **error);
/* Between listing and reading a record may have moved, and an answer may have been spoiled on the
 * way: only the doubts that @first has, too, stay. */
void       tally_listing_confirm      (TallyListing        *self,
                                       const TallyListing  *first);
/* Keys of the records that the server is known to have had and does not list (element-type utf8). */
GPtrArray *tally_listing_list_lacking (TallyListing        *self,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
