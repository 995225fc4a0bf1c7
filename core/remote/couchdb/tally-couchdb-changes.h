/* tally-couchdb-changes.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "remote/couchdb/tally-couchdb-endpoint.h"
#include "remote/tally-remote.h"

G_BEGIN_DECLS

/**
 * TallyCouchdbPaging:
 *
 * How large pages may be, learned as they come: kept by the remote from one page to the next.
 */
typedef struct
{
  guint    room;           /* rows that fitted last time; 0: never yet too many */
  gboolean seq_interval;   /* the server knows it: spares it the sequence of every row */
} TallyCouchdbPaging;

TallyChangesPage *tally_couchdb_changes_list  (TallyCouchdbEndpoint  *endpoint,
                                               TallyCouchdbPaging    *paging,
                                               const char            *since,
                                               guint                  limit,
                                               gboolean               bodies,
                                               GCancellable          *cancellable,
                                               GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* The pure half: an answer that was asked with @limit. TALLY_JSON_ERROR: see its code. */
TallyChangesPage *tally_couchdb_changes_parse (const char            *text,
                                               gsize                  length,
                                               guint                  limit,
                                               GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
