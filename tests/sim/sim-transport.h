/* sim-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "sim/sim-ledger.h"
#include "sim/sim-net.h"
#include "sim/sim-vfs.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SIM_TRANSPORT (tally_sim_transport_get_type ())
G_DECLARE_FINAL_TYPE (TallySimTransport, tally_sim_transport, TALLY, SIM_TRANSPORT, GObject)

/* Everything outlives it; @ledger is told of every batch that leaves @device. */
TallyTransport *tally_sim_transport_new         (guint              device,
                                                 TallySimNet       *net,
                                                 TallyClock        *clock,
                                                 TallySimVfs       *disk,
                                                 TallySimLedger    *ledger) G_GNUC_WARN_UNUSED_RESULT;
/* Without network nothing leaves, and no answer comes. */
void            tally_sim_transport_set_offline (TallySimTransport *self,
                                                 gboolean           offline);
/* Requests that write anything on the server, and batches among them, that were to leave so far. */
guint           tally_sim_transport_get_n_writes  (TallySimTransport *self);
guint           tally_sim_transport_get_n_batches (TallySimTransport *self);

G_END_DECLS
