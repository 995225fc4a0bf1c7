/* tally-server-bulk.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"
#include "server/tally-server-reply.h"
#include "server/tally-server-request.h"

G_BEGIN_DECLS

/* POST /db/_bulk_docs: one transaction. @rand names a document that came
 * without an id. */
TallyServerReply *tally_server_bulk_docs     (TallyServerDatabase       *database,
                                              const TallyServerRequest  *request,
                                              GRand                     *rand,
                                              GError                   **error)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* POST /db/_revs_diff */
TallyServerReply *tally_server_revs_diff     (TallyServerDatabase       *database,
                                              const TallyServerRequest  *request,
                                              GError                   **error)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* POST /db/_missing_revs */
TallyServerReply *tally_server_missing_revs  (TallyServerDatabase       *database,
                                              const TallyServerRequest  *request,
                                              GError                   **error)
                                              G_GNUC_WARN_UNUSED_RESULT;

/* 32 hex digits nobody else has. */
char             *tally_server_make_uuid     (GRand                     *rand)
G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
