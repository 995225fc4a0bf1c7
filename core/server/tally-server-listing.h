/* tally-server-listing.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"
#include "server/tally-server-reply.h"
#include "server/tally-server-request.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SERVER_LISTING (tally_server_listing_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerListing, tally_server_listing, TALLY, SERVER_LISTING, GObject)

/* Answers GET and POST /db/_all_docs. */
TallyServerReply *tally_server_listing_reply (TallyServerDatabase       *database,
                                              const TallyServerRequest  *request,
                                              GError                   **error)
                                              G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
