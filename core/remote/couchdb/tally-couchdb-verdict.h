/* tally-couchdb-verdict.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "model/tally-reason.h"

G_BEGIN_DECLS

/**
 * TallyCouchdbVerdict:
 *
 * What a server says against one document: a row of the answer to `_bulk_docs`, or the body of an
 * answer that refuses the whole batch. Lives on the stack; pure.
 */
typedef struct
{
  char     *id;         /* nullable: PouchDB Server does not always name it */
  char     *rev;        /* nullable */
  gint64    status;     /* 0 when not told */
  char     *error;      /* "forbidden"; "" when not told */
  char     *detail;     /* "" when not told */
} TallyCouchdbVerdict;

/* FALSE when @json is an object that does not complain of anything, or no object. */
gboolean     tally_couchdb_verdict_read         (TallyCouchdbVerdict       *self,
                                                 const char                *json,
                                                 gsize                      length);
void         tally_couchdb_verdict_clear        (TallyCouchdbVerdict       *self);
/* TRUE when it is the server that is unwell, not the document. */
gboolean     tally_couchdb_verdict_is_passing   (const TallyCouchdbVerdict *self);
/* TRUE when the server's own code failed on the document: it will again. */
gboolean     tally_couchdb_verdict_is_choke     (const TallyCouchdbVerdict *self);
TallyReason *tally_couchdb_verdict_dup_reason   (const TallyCouchdbVerdict *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallyCouchdbVerdict, tally_couchdb_verdict_clear)

G_END_DECLS
