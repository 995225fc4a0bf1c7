/* sim-truth.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-net.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallySimTruth:
 *
 * What the server really has at one moment, against which a device's claim to be up to date is
 * held: everything up to the device's checkpoint must be here as it is there, and nothing else.
 */
typedef struct _TallySimTruth TallySimTruth;

/* NULL: the server is down. */
TallySimTruth *tally_sim_truth_ask   (TallySimNet    *net) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_truth_free  (TallySimTruth  *self);
/* The server's last sequence; 0: it is down. */
gint64         tally_sim_truth_ask_seq (TallySimNet  *net);
/* Complains where @store claims more than is so. @floor: what the server had when the run began
 * that proved it; all of that must be here. */
void           tally_sim_truth_check (TallySimTruth  *self,
                                      TallySimTrace  *trace,
                                      const char     *name,
                                      TallyStore     *store,
                                      gint64          floor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimTruth, tally_sim_truth_free)

G_END_DECLS
