/* sim-foreigner.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-net.h"
#include "sim/sim-ledger.h"

G_BEGIN_DECLS

/* What a foreigner is given. All outlives him. */
typedef struct
{
  guint           n_records;
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimNet    *net;
  TallyClock     *clock;
  TallySimLedger *ledger;
  gint64          until_us;
} TallySimForeignerOptions;

/**
 * TallySimForeigner:
 *
 * Somebody who works on the same records with another program, by the server's own interface: he
 * edits and deletes by revision, ends losers of a fork, and at times replicates an edit he made
 * offline, with a revision id that is none of ours.
 */
typedef struct _TallySimForeigner TallySimForeigner;

/* His actor is ready to run. */
TallySimForeigner *tally_sim_foreigner_new     (const TallySimForeignerOptions *options)
                                                G_GNUC_WARN_UNUSED_RESULT;
void               tally_sim_foreigner_free    (TallySimForeigner              *self);
gboolean           tally_sim_foreigner_is_over (TallySimForeigner              *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimForeigner, tally_sim_foreigner_free)

G_END_DECLS
