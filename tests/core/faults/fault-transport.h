/* fault-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fault-server.h"
#include "http/tally-transport.h"

G_BEGIN_DECLS

/**
 * FaultTransport:
 *
 * The real transport, with little patience where the server is going to stay silent: so that no
 * test waits for the real patience, and none hurries a server that is only slow.
 */
#define FAULT_TYPE_TRANSPORT (fault_transport_get_type ())
G_DECLARE_FINAL_TYPE (FaultTransport, fault_transport, FAULT, TRANSPORT, GObject)

/* @server: borrowed, must outlive it. */
TallyTransport *fault_transport_new (FaultServer *server) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
