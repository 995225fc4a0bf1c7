/* sim-trace.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-baton.h"
#include "sim/sim-events.h"

G_BEGIN_DECLS

/**
 * TallySimTrace:
 *
 * What happened in a world, line by line: hashed, counted, and printed when asked to. A line may
 * hold nothing that differs between two runs of one seed (no addresses, no real time).
 */
typedef struct _TallySimTrace TallySimTrace;

/* @print: whether the lines go to standard output. @baton outlives the trace. */
TallySimTrace *tally_sim_trace_new         (TallySimBaton  *baton,
                                            gboolean        print) G_GNUC_WARN_UNUSED_RESULT;
void           tally_sim_trace_free        (TallySimTrace  *self);

/* An event. */
void           tally_sim_trace_add         (TallySimTrace  *self,
                                            const char     *who,
                                            const char     *format,
                                            ...) G_GNUC_PRINTF (3, 4);
/* An event of the world's own making. */
void           tally_sim_trace_add_fault   (TallySimTrace  *self,
                                            const char     *who,
                                            TallySimKind    fault);
/* An oracle found something; the first one is kept. */
void           tally_sim_trace_fail        (TallySimTrace  *self,
                                            const char     *format,
                                            ...) G_GNUC_PRINTF (2, 3);

guint64        tally_sim_trace_get_hash    (TallySimTrace  *self);
guint          tally_sim_trace_get_n_events(TallySimTrace  *self);
guint          tally_sim_trace_get_n_faults(TallySimTrace  *self,
                                            TallySimKind    fault);
/* NULL: nothing was found. */
const char    *tally_sim_trace_get_failure (TallySimTrace  *self);
/* A static string that all failures alike have in common: what they are told with. */
const char    *tally_sim_trace_get_failure_kind (TallySimTrace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimTrace, tally_sim_trace_free)

G_END_DECLS
