/* tally-couchdb-endpoint.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-text.h"
#include "http/tally-http-client.h"

G_BEGIN_DECLS

/* An answer is read to this many bytes, unpacked; then less is asked for. A page of receipts is
 * well under 1 MB; CouchDB refuses documents over 8,000,000 bytes. */
#define TALLY_COUCHDB_ANSWER_MAX (8 * 1024 * 1024)

/**
 * TallyCouchdbEndpoint:
 *
 * One database behind its address: sends requests relative to it and reads the envelope of their
 * answers. Knows nothing of revisions. Part of its TallyCouchdbRemote, same thread. Fails with
 * %TALLY_HTTP_ERROR, and %TALLY_REMOTE_ERROR_MISSING where the database is not there.
 */
typedef struct
{
  TallyHttpClient *client;   /* owned */
  char            *url;      /* of the database, no slash at the end */
  char            *host;     /* for messages */
} TallyCouchdbEndpoint;

void           tally_couchdb_endpoint_init         (TallyCouchdbEndpoint  *self,
                                                    TallyHttpClient       *client,
                                                    const char            *url);
void           tally_couchdb_endpoint_clear        (TallyCouchdbEndpoint  *self);

/* Any status comes back. @path starts with "/" or is ""; @json: (nullable): the body. All our
 * requests may be repeated: they read, or write what is named by its revision. */
TallyResponse *tally_couchdb_endpoint_send         (TallyCouchdbEndpoint  *self,
                                                    const char            *method,
                                                    const char            *path,
                                                    const char            *json,
                                                    GCancellable          *cancellable,
                                                    GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* Status and kind of content. */
gboolean       tally_couchdb_endpoint_check        (TallyCouchdbEndpoint  *self,
                                                    TallyResponse         *response,
                                                    GError               **error);
/* Both: an answer that is fine as far as its head goes. */
TallyResponse *tally_couchdb_endpoint_ask          (TallyCouchdbEndpoint  *self,
                                                    const char            *method,
                                                    const char            *path,
                                                    const char            *json,
                                                    GCancellable          *cancellable,
                                                    GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* The answer's members; what is no object is PROTOCOL. Spans point into the answer. */
GArray        *tally_couchdb_endpoint_members      (TallyCouchdbEndpoint  *self,
                                                    TallyResponse         *response,
                                                    GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* PROTOCOL, saying that the answer is not what it should be, and @cause. */
void           tally_couchdb_endpoint_set_protocol (TallyCouchdbEndpoint  *self,
                                                    const char            *cause,
                                                    GError               **error);
/* The answer's bytes; never NULL. */
const char    *tally_couchdb_endpoint_text         (TallyResponse         *response,
                                                    gsize                 *length);

G_END_DECLS
