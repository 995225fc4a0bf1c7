/* tally-network-monitor.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-server-url.h"

G_BEGIN_DECLS

/**
 * TallyNetworkMonitor:
 *
 * What the network is good for, as far as one server is concerned. Properties "online": there is
 * a way to the server (always so for one on this machine; without a server: there is a network);
 * "metered": bytes cost money. It sends nothing to the server and refuses to know whether it
 * answers. Main loop of its maker. It does not fail: what can't be found out counts as no way.
 */
#define TALLY_TYPE_NETWORK_MONITOR (tally_network_monitor_get_type ())
G_DECLARE_FINAL_TYPE (TallyNetworkMonitor, tally_network_monitor, TALLY, NETWORK_MONITOR, GObject)

/* @network NULL: the machine's. */
TallyNetworkMonitor *tally_network_monitor_new        (GNetworkMonitor      *network)
  G_GNUC_WARN_UNUSED_RESULT;
/* NULL: no server yet. */
void                 tally_network_monitor_set_server (TallyNetworkMonitor  *self,
                                                       const TallyServerUrl *server);
gboolean             tally_network_monitor_is_online  (TallyNetworkMonitor  *self);
gboolean             tally_network_monitor_is_metered (TallyNetworkMonitor  *self);

G_END_DECLS
