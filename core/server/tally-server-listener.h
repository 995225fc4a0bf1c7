/* tally-server-listener.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-handler.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SERVER_LISTENER (tally_server_listener_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerListener, tally_server_listener, TALLY, SERVER_LISTENER, GObject)

TallyServerListener *tally_server_listener_new      (TallyServerHandler   *handler,
                                                     TallyClock           *clock)
                                                     G_GNUC_WARN_UNUSED_RESULT;
/* @host: "127.0.0.1", "::1" or "localhost", nothing else; @port 0: a free one. */
gboolean             tally_server_listener_listen   (TallyServerListener  *self,
                                                     const char           *host,
                                                     guint16               port,
                                                     GError              **error);
/* "http://127.0.0.1:5985/" */
char                *tally_server_listener_dup_url  (TallyServerListener  *self)
G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
