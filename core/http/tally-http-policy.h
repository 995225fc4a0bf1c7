/* tally-http-policy.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"

G_BEGIN_DECLS

/* What an answer means, as pure functions: no state, any thread. */

/* TRUE for 2xx; otherwise FALSE and the code that says what the caller should do. */
gboolean  tally_http_policy_classify     (guint                 status,
                                          TallyHttpError       *code);
/* Whether the very same request is worth sending again soon. 500 is not among them: servers of
 * this kind also say it of a document they choke on, and the same bytes choke them again. */
gboolean  tally_http_policy_is_transient (guint                 status);
/* The status: sets a TALLY_HTTP_ERROR that names host, status, cause and next step. */
gboolean  tally_http_policy_check        (const TallyRequest   *request,
                                          const TallyResponse  *response,
                                          GError              **error);
/* The kind of content of an answer that should be JSON: application/json or text/plain (PouchDB
 * Server labels its JSON so), else PROTOCOL. */
gboolean  tally_http_policy_check_json   (const TallyRequest   *request,
                                          const TallyResponse  *response,
                                          GError              **error);
/* "server.example:5984" of an absolute URL, for messages. */
char     *tally_http_policy_dup_host     (const char           *url) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
