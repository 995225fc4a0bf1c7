/* tally-service-socket.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-service-bus.h"

G_BEGIN_DECLS

/**
 * TallyServiceSocket:
 *
 * The private door: a socket in the user's runtime folder, named in the store's lock file, for
 * whoever has no session bus or means this very store. Admits the same user only. Main loop of
 * its maker. Fails with %G_IO_ERROR when the folder can't be written.
 */
#define TALLY_TYPE_SERVICE_SOCKET (tally_service_socket_get_type ())
G_DECLARE_FINAL_TYPE (TallyServiceSocket, tally_service_socket, TALLY, SERVICE_SOCKET, GObject)

TallyServiceSocket *tally_service_socket_new (TallyService      *service,
                                              TallyServiceBus   *bus,
                                              GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
