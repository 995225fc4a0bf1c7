/* sim-trace.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-baton.h"

G_BEGIN_DECLS

/* Everything that may go wrong in a simulated world. */
typedef enum
{
  TALLY_SIM_FAULT_DROP,            /* the request never arrives */
  TALLY_SIM_FAULT_DUPLICATE,       /* it arrives a second time, later */
  TALLY_SIM_FAULT_DELAY,           /* it takes its time, others overtake it */
  TALLY_SIM_FAULT_LATE,            /* the sender gives up before it arrives */
  TALLY_SIM_FAULT_LOST_ANSWER,     /* applied, and nobody hears of it */
  TALLY_SIM_FAULT_CUT_ANSWER,      /* half an answer with a whole one's status */
  TALLY_SIM_FAULT_BUSY,            /* 503 instead of an answer */
  TALLY_SIM_FAULT_KILL,            /* a device's process dies at some write */
  TALLY_SIM_FAULT_POWER,           /* a device loses power at some write */
  TALLY_SIM_FAULT_SERVER_CRASH,    /* the server's machine loses power at some write */
  TALLY_SIM_FAULT_OFFLINE,         /* a device has no network for a while */
  TALLY_SIM_FAULT_CANCEL,          /* somebody stops a run */
  TALLY_SIM_FAULT_SKEW,            /* a device's date is wrong, and jumps */
  TALLY_SIM_N_FAULTS,
} TallySimFault;

const char *tally_sim_fault_to_string (TallySimFault fault);

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
                                            TallySimFault   fault);
/* An oracle found something; the first one is kept. */
void           tally_sim_trace_fail        (TallySimTrace  *self,
                                            const char     *format,
                                            ...) G_GNUC_PRINTF (2, 3);

guint64        tally_sim_trace_get_hash    (TallySimTrace  *self);
guint          tally_sim_trace_get_n_events(TallySimTrace  *self);
guint          tally_sim_trace_get_n_faults(TallySimTrace  *self,
                                            TallySimFault   fault);
/* NULL: nothing was found. */
const char    *tally_sim_trace_get_failure (TallySimTrace  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimTrace, tally_sim_trace_free)

G_END_DECLS
