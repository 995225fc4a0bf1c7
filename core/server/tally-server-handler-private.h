/* tally-server-handler-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-catalog.h"
#include "server/tally-server-handler.h"

G_BEGIN_DECLS

/* One document: @key as in the database, with its "_design/" or "_local/". */
TallyServerReply *tally_server_document_get     (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;
TallyServerReply *tally_server_document_put     (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;
TallyServerReply *tally_server_document_delete  (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;
/* POST /db: @spare_key names a document that came without an id. */
TallyServerReply *tally_server_document_post    (TallyServerDatabase       *database,
                                                 const char                *spare_key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;

TallyServerReply *tally_server_local_get        (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;
TallyServerReply *tally_server_local_put        (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;
TallyServerReply *tally_server_local_delete     (TallyServerDatabase       *database,
                                                 const char                *key,
                                                 const TallyServerRequest  *request,
                                                 GError                   **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
