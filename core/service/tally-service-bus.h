/* tally-service-bus.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-service.h"

G_BEGIN_DECLS

/**
 * TallyServiceBus:
 *
 * The bridge: one skeleton of the bus interface whose properties are bound to the service's
 * objects and whose methods each call one function of theirs. Holds no policy. May be exported on
 * any number of connections at once. Main loop of its maker. Errors go out under the names of
 * %TALLY_CLIENT_ERROR.
 */
#define TALLY_TYPE_SERVICE_BUS (tally_service_bus_get_type ())
G_DECLARE_FINAL_TYPE (TallyServiceBus, tally_service_bus, TALLY, SERVICE_BUS, GObject)

TallyServiceBus *tally_service_bus_new    (TallyService      *service) G_GNUC_WARN_UNUSED_RESULT;
/* Ends with the connection, or with the bridge. */
gboolean         tally_service_bus_export (TallyServiceBus   *self,
                                           GDBusConnection   *connection,
                                           GError           **error);

G_END_DECLS
