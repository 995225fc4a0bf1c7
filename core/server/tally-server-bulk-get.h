/* tally-server-bulk-get.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"
#include "server/tally-server-document.h"
#include "server/tally-server-reply.h"
#include "server/tally-server-request.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SERVER_BULK_GET (tally_server_bulk_get_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerBulkGet, tally_server_bulk_get, TALLY, SERVER_BULK_GET, GObject)

/* Answers POST /db/_bulk_get. */
TallyServerReply *tally_server_bulk_get_reply (TallyServerDatabase       *database,
                                               const TallyServerRequest  *request,
                                               GError                   **error)
                                               G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
