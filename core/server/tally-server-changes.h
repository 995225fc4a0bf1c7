/* tally-server-changes.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "server/tally-server-database.h"
#include "server/tally-server-reply.h"
#include "server/tally-server-request.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SERVER_CHANGES (tally_server_changes_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerChanges, tally_server_changes, TALLY, SERVER_CHANGES, GObject)

/* Answers GET and POST /db/_changes. */
TallyServerReply *tally_server_changes_reply (TallyServerDatabase       *database,
                                              const TallyServerRequest  *request,
                                              TallyClock                *clock,
                                              GError                   **error)
                                              G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
