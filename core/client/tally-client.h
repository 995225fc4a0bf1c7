/* tally-client.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client-error.h"

#include "tally-bus.h"

G_BEGIN_DECLS

#define TALLY_BUS_NAME "io.github.tallystick.Tallystick.Agent"
#define TALLY_BUS_PATH "/io/github/tallystick/Tallystick/Sync"

/**
 * TallyClient:
 *
 * The way to a store's holder, whichever transport leads there: the agent on the session bus, the
 * private socket named in the store's lock file, or a connection given in. Holds the generated
 * proxy, through which everything is called. Refuses to know what the calls mean. Lives on the
 * thread-default context it was made on. Calls fail with %TALLY_CLIENT_ERROR, or with a D-Bus
 * error when the holder went away.
 */
#define TALLY_TYPE_CLIENT (tally_client_get_type ())
G_DECLARE_FINAL_TYPE (TallyClient, tally_client, TALLY, CLIENT, GObject)

/* The agent on the session bus; D-Bus starts it if it is not running. */
void          tally_client_new_for_agent_async      (GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
TallyClient  *tally_client_new_for_agent_sync       (GCancellable         *cancellable,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* The socket of a lock file, e.g. "unix:path=/run/user/1000/tallystick/1a2b.sock". */
void          tally_client_new_for_address_async    (const char           *address,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
TallyClient  *tally_client_new_for_address_sync     (const char           *address,
                                                     GCancellable         *cancellable,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* A peer's end, e.g. what the service gives out inside one process. */
void          tally_client_new_for_connection_async (GDBusConnection      *connection,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
TallyClient  *tally_client_new_for_connection_sync  (GDBusConnection      *connection,
                                                     GCancellable         *cancellable,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* For each of the three. */
TallyClient  *tally_client_new_finish               (GAsyncResult         *result,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none): calls have no time limit; a run may take long. */
TallyBusSync *tally_client_get_proxy                (TallyClient          *self);
/* Whether somebody is at the other end now. */
gboolean      tally_client_is_connected             (TallyClient          *self);

G_END_DECLS
