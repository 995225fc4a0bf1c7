/* sim-operator.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-clock.h"
#include "sim/sim-net.h"

G_BEGIN_DECLS

/* What an operator is given. All outlives him. */
typedef struct
{
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimNet    *net;
  TallySimClock  *clock;     /* the server's */
  TallySimOdds    odds;
  gint64          until_us;
} TallySimOperatorOptions;

/**
 * TallySimOperator:
 *
 * Whoever runs the server: makes backups, at times puts one back or makes the database anew, and
 * sets its clock wrong. An actor of its own.
 */
typedef struct _TallySimOperator TallySimOperator;

TallySimOperator *tally_sim_operator_new     (const TallySimOperatorOptions *options)
                                              G_GNUC_WARN_UNUSED_RESULT;
void              tally_sim_operator_free    (TallySimOperator              *self);
gboolean          tally_sim_operator_is_over (TallySimOperator              *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimOperator, tally_sim_operator_free)

G_END_DECLS
