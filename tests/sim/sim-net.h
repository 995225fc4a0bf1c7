/* sim-net.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "sim/sim-server.h"

G_BEGIN_DECLS

/* Per thousand chances of each fault. */
typedef struct
{
  guint16 per_mille[TALLY_SIM_N_FAULTS];
} TallySimOdds;

/**
 * TallySimNet:
 *
 * The network between devices and one server, an actor of its own: requests travel in virtual
 * time, overtake each other, get lost before or after the server has seen them, or arrive when
 * nobody waits for the answer any more.
 */
typedef struct _TallySimNet TallySimNet;

/* @odds is copied. */
TallySimNet   *tally_sim_net_new      (TallySimBaton       *baton,
                                       TallySimTrace       *trace,
                                       TallySimServer      *server,
                                       const TallySimOdds  *odds,
                                       guint32              seed) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_net_free     (TallySimNet         *self);

/* One exchange, as TallyTransport has it. */
TallyResponse *tally_sim_net_exchange (TallySimNet         *self,
                                       const char          *who,
                                       TallyClock          *clock,
                                       const TallyRequest  *request,
                                       GCancellable        *cancellable,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* No fault is made from here on; what is under way still arrives. */
void           tally_sim_net_heal     (TallySimNet         *self);
/* Nothing is under way. */
gboolean       tally_sim_net_is_idle  (TallySimNet         *self);
/* The actor ends when nothing is under way. */
void           tally_sim_net_close    (TallySimNet         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimNet, tally_sim_net_free)

G_END_DECLS
