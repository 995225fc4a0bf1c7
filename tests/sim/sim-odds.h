/* sim-odds.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-events.h"

G_BEGIN_DECLS

/* Per thousand chances of each fault. */
typedef struct
{
  guint16 per_mille[TALLY_SIM_N_FAULTS];
} TallySimOdds;

/* Each world has its own mixture of troubles: some have none of a kind, some have plenty. */
void     tally_sim_odds_draw (TallySimOdds        *self,
                              TallySimDice        *dice);
/* So many of a hundred requests meet with a trouble of the network or of the server's answers, all
 * kinds alike, and nothing else goes wrong. */
void     tally_sim_odds_even (TallySimOdds        *self,
                              guint                percent);
/* No fault by which a server loses what it had. */
void     tally_sim_odds_keep (TallySimOdds        *self);
/* Whether its people may put a server back, or make its database anew. */
gboolean tally_sim_odds_lose (const TallySimOdds  *self);

G_END_DECLS
