/* sim-world.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-trace.h"

G_BEGIN_DECLS

/* What became of a seed. */
typedef struct
{
  guint64  hash;
  guint    n_events;
  guint    n_faults[TALLY_SIM_N_FAULTS];
  char    *failure;    /* nullable */
} TallySimResult;

void tally_sim_result_clear (TallySimResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallySimResult, tally_sim_result_clear)

/* Lives through one world from its beginning to its end: a while in which everything goes wrong,
 * then healing, then settling, then the oracles. The same @seed gives the same result.
 * @print: the trace goes to standard output.
 * @record: (nullable): the file to record the world in, see TallySimRecord. A recorded server keeps
 * what it answered: it is another world than the seed's without. */
void tally_sim_world_run (guint32         seed,
                          gboolean        print,
                          const char     *record,
                          TallySimResult *result);

G_END_DECLS
