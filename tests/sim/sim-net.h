/* sim-net.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "sim/sim-ledger.h"
#include "sim/sim-odds.h"
#include "sim/sim-server.h"

G_BEGIN_DECLS

/* What is given to a network; all outlives it. */
typedef struct
{
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimServer *server;
  TallySimLedger *ledger;
  TallySimOdds    odds;
} TallySimNetOptions;

/* What the people who run a server do to it. */
typedef enum
{
  TALLY_SIM_OPERATION_BACK_UP,
  TALLY_SIM_OPERATION_RESTORE,     /* the backup, if there is one */
  TALLY_SIM_OPERATION_RECREATE,
} TallySimOperation;

/**
 * TallySimNet:
 *
 * The network between devices and one server, an actor of its own: requests travel in virtual
 * time, overtake each other, get lost before or after the server has seen them, arrive when
 * nobody waits for the answer any more, or are answered by something else than the server.
 */
typedef struct _TallySimNet TallySimNet;

TallySimNet   *tally_sim_net_new      (const TallySimNetOptions  *options) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_net_free     (TallySimNet               *self);

/* One exchange of @actor, as TallyTransport has it. */
TallyResponse *tally_sim_net_exchange (TallySimNet               *self,
                                       guint                      actor,
                                       TallyClock                *clock,
                                       const TallyRequest        *request,
                                       GCancellable              *cancellable,
                                       GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
/* An oracle's question: by another road, at once, without any fault. NULL: the server is down. */
TallyResponse *tally_sim_net_ask      (TallySimNet               *self,
                                       const TallyRequest        *request) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until it is done. FALSE: there was nothing to do. */
gboolean       tally_sim_net_operate  (TallySimNet               *self,
                                       TallySimOperation          operation);

/* No fault is made from here on; what is under way still arrives. */
void           tally_sim_net_heal     (TallySimNet               *self);
/* Nothing is under way. */
gboolean       tally_sim_net_is_idle  (TallySimNet               *self);
/* The actor ends when nothing is under way. */
void           tally_sim_net_close    (TallySimNet               *self);
/* How often the server's data has become another's: by a restore, or made anew. */
guint          tally_sim_net_get_era  (TallySimNet               *self);
/* Since this was last asked a copy of a write of @actor's mark, on its way for long, took the place
 * of a newer one in a database that was made anew: by chance its revision fitted. Nothing there can
 * tell that from a backup. */
gboolean       tally_sim_net_take_late_mark (TallySimNet         *self,
                                             guint                actor);
/* @actor starts anew, or somebody has signed in there: until then a refused login may not be tried
 * again, nor anything before the server wants it. */
void           tally_sim_net_unlock   (TallySimNet               *self,
                                       guint                      actor);
/* Requests of devices that arrived; one that was doubled counts twice. */
guint          tally_sim_net_get_n_served (TallySimNet           *self);
/* Requests that @actor has sent so far. */
guint          tally_sim_net_get_n_requests (TallySimNet         *self,
                                             guint                actor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimNet, tally_sim_net_free)

G_END_DECLS
