/* tally-state-sentence.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-reason.h"

G_BEGIN_DECLS

/**
 * TallyStateFacts:
 * @obstacle: (nullable): what keeps runs from starting by themselves
 * @running: a run is under way
 * @last_failure: (nullable): why the last run failed; %NULL when it did not
 * @n_pending: edits that can leave
 * @n_behind: what the server has is known to be newer, and not taken in yet
 * @n_held: wait for something else than a conflict
 * @n_quarantined: the server refuses them
 * @n_problems: open problem rows: what was refused here or there
 * @n_conflicts: open
 * @n_guarded_there: deleted on the server, so many that a person is asked first
 * @n_guarded_here: deleted here, so many that a person is asked first
 * @n_guarded_edits: edited alike, or merged, so many that a person is asked first
 * @n_equal: records that the last full comparison found the same on both sides,
 * @n_compared: and how many there were; 0: the last proof was none
 * @grade: of the last run that proved anything: none | checked | verified | compared
 * @checked_us: date of that proof; 0: never
 * @date_us: now
 * @fresh_us: a look at the server counts as fresh for so long
 * @live: a live source is listening, so that nothing can have moved there unseen
 */
typedef struct
{
  const TallyReason *obstacle;
  gboolean           running;
  const TallyReason *last_failure;
  guint              n_pending;
  guint              n_behind;
  guint              n_held;
  guint              n_quarantined;
  guint              n_problems;
  guint              n_conflicts;
  guint              n_guarded_there;
  guint              n_guarded_here;
  guint              n_guarded_edits;
  guint              n_equal;
  guint              n_compared;
  const char        *grade;
  gint64             checked_us;
  gint64             date_us;
  gint64             fresh_us;
  gboolean           live;
} TallyStateFacts;

/* The state's code, a static string; *reason: what is behind it, counts and date included. */
const char *tally_state_sentence (const TallyStateFacts  *facts,
                                  TallyReason           **reason);

G_END_DECLS
