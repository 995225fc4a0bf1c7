/* tally-server-guard.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-request.h"

G_BEGIN_DECLS

/* Bytes of a request's body, packed and unpacked. Batches of replicators have a few megabytes. */
#define TALLY_SERVER_MAX_BODY_LENGTH (64 * 1024 * 1024)

/* Whether the request comes from where it may come from, by its headers alone; before the body is
 * read. @port: the one listened on. */
gboolean tally_server_guard_check_origin (const TallyServerRequest  *request,
                                          guint16                    port,
                                          GError                   **error);
/* Whether a body that changes something says that it is JSON. */
gboolean tally_server_guard_check_type   (const TallyServerRequest  *request,
                                          GError                   **error);
/* Unpacks the body in place. */
gboolean tally_server_guard_unpack       (TallyServerRequest        *request,
                                          GError                   **error);

G_END_DECLS
