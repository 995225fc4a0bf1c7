/* sim-oracle.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-device.h"

G_BEGIN_DECLS

/* What an oracle looks at: a world in which nothing is under way any more. */
typedef struct
{
  TallySimTrace   *trace;
  TallySimNet     *net;
  TallySimLedger  *ledger;
  TallySimDevice **devices;     /* open */
  guint            n_devices;
  gboolean         bends;       /* the server keeps numbers as doubles */
} TallySimOracle;

/* Quiet, with conflicts open or not: nothing waits to leave, and whatever nobody disputes is the
 * same everywhere. */
void tally_sim_oracle_check_quiet (const TallySimOracle *self);

/* After everything is settled: all are equal, nothing that was written is gone. */
void tally_sim_oracle_check_end   (const TallySimOracle *self);

G_END_DECLS
