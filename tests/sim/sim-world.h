/* sim-world.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-device.h"

G_BEGIN_DECLS

/**
 * TallySimWorldOptions:
 * @seed: all that happens follows from it
 * @print: the trace goes to standard output
 * @only: (nullable) (element-type TallySimEvent): no other event takes place
 * @record: (nullable): the file to record the world in, see TallySimRecord. A recorded server keeps
 *   what it answered: it is another world than the seed's without
 * @even: percent of requests that meet with a trouble, and no other one; 0: each world has its own
 * @golden: two devices for a short while of much work, and nothing goes wrong
 * @sweep: a single trouble of the first device instead
 * @sweep_at: its place, from 1
 *
 * Which world. A plain value.
 */
typedef struct
{
  guint32       seed;
  gboolean      print;
  GArray       *only;
  const char   *record;
  guint         even;
  gboolean      golden;
  TallySimSweep sweep;
  guint64       sweep_at;
} TallySimWorldOptions;

/* What became of it. */
typedef struct
{
  guint64  hash;
  guint    n_events;
  guint    n_faults[TALLY_SIM_N_FAULTS];
  guint    n_edits;    /* that a store acknowledged, on all devices */
  guint    n_sent;     /* requests of the devices, repeats included */
  guint    n_served;   /* requests that the server saw, those that were doubled twice */
  char    *failure;    /* nullable */
  const char *failure_kind;   /* nullable: what all failures of the kind have in common */
  GArray  *list;       /* element-type TallySimEvent: what took place */
  guint64  n_ops;      /* of the first device's disk while the troubles lasted: writes and syncs */
  guint64  n_calls;    /* all its calls */
  guint64  n_memory;   /* and SQLite's allocations for it, in a sweep of memory */
  gboolean swept;      /* the sweep's place was reached */
} TallySimResult;

void tally_sim_result_clear (TallySimResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallySimResult, tally_sim_result_clear)

/* Lives through one world from its beginning to its end: a while in which everything goes wrong,
 * then healing, then settling, then the oracles. The same options give the same result. */
void tally_sim_world_run (const TallySimWorldOptions *options,
                          TallySimResult             *result);

G_END_DECLS
