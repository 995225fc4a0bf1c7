/* sim-fate.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"
#include "sim/sim-odds.h"
#include "sim/sim-trace.h"

G_BEGIN_DECLS

/* Ways take 1 to 40 ms. */
#define TALLY_SIM_WAY_US 40000

/* A client gives up after a minute. */
#define TALLY_SIM_PATIENCE_US (60 * G_USEC_PER_SEC)

/* What one exchange meets, drawn before it begins so that each chance has its own dice. */
typedef struct
{
  gint64         way_us;
  gint64         again_us;   /* arrives a second time after so long; 0: it does not */
  TallyResponse *instead;    /* owned, nullable: what the server never sees */
  TallyResponse *after;      /* owned, nullable: comes although the server did it */
  gboolean       drop, lost, cut, corrupt;
  TallySimDice   drop_dice, corrupt_dice;
  GBytes        *rest;       /* owned, nullable: the batch without one document */
  char          *row;        /* owned, nullable: that refuses it */
} TallySimFate;

/* @trace is told of every fault. */
void           tally_sim_fate_draw    (TallySimFate        *self,
                                       TallySimEvents      *events,
                                       TallySimTrace       *trace,
                                       const TallySimOdds  *odds,
                                       guint                actor,
                                       const TallyRequest  *request);
void           tally_sim_fate_clear   (TallySimFate        *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallySimFate, tally_sim_fate_clear)

/* What the client gets of the server's @response (nullable: it went down over it). */
TallyResponse *tally_sim_fate_receive (TallySimFate        *self,
                                       const TallyRequest  *request,
                                       TallyResponse       *response,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
