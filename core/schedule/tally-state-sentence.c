/* tally-state-sentence.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-schedule"

#include "schedule/tally-state-sentence.h"

#include "base/tally-planted.h"

/* Obstacles of tally_readiness_check() as states of their own. */
static const char *
obstacle_state (const TallyReason *obstacle)
{
  static const struct
  {
    const char *code;
    const char *state;
  } states[] = {
    { "no-server", "no-server" },
    { "paused-by-user", "paused" },
    { "auth-failed", "auth-failed" },
    { "forbidden", "auth-failed" },
    { "offline", "offline" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (obstacle->code, states[i].code))
      return states[i].state;

  return "waiting";
}

static gboolean
is_fresh (const TallyStateFacts *facts)
{
  gint64 age_us = facts->date_us - facts->checked_us;

  /* A date in the future says that the clock was set back: no proof of freshness. */
  return facts->live || (age_us >= 0 && age_us <= facts->fresh_us);
}

static const char *
find_state (const TallyStateFacts *facts)
{
  if (facts->running)
    return "syncing";
  if (facts->obstacle != NULL)
    return obstacle_state (facts->obstacle);
  if (facts->last_failure != NULL && !TALLY_IS_PLANTED (HIDES_FAILURE))
    return "failed";
  if (facts->n_guarded_there + facts->n_guarded_here + facts->n_guarded_edits > 0)
    return "guarded";
  if (facts->n_conflicts > 0)
    return "conflicts";
  if (facts->n_quarantined + facts->n_problems > 0)
    return "quarantined";
  if (facts->n_held > 0)
    return "held";
  if (facts->n_pending + facts->n_behind > 0 && !TALLY_IS_PLANTED (HIDES_PENDING))
    return "pending";
  if (facts->checked_us == 0 || g_strcmp0 (facts->grade, "none") == 0)
    return "never-synced";

  return is_fresh (facts) ? "up-to-date" : "checked";
}

/* The sentence behind a state, and the rows that its number counts. */
static const char *
find_code (const TallyStateFacts *facts,
           const char            *state,
           guint                 *count)
{
  *count = 0;
  if (facts->obstacle != NULL && g_str_equal (state, obstacle_state (facts->obstacle)))
    return facts->obstacle->code;
  if (g_str_equal (state, "syncing"))
    return "running";
  if (g_str_equal (state, "guarded"))
    {
      *count = facts->n_guarded_there > 0 ? facts->n_guarded_there
               : facts->n_guarded_here > 0 ? facts->n_guarded_here : facts->n_guarded_edits;
      return facts->n_guarded_there > 0 ? "guard-server"
             : facts->n_guarded_here > 0 ? "guard-local" : "guard-edits";
    }
  if (g_str_equal (state, "held") || g_str_equal (state, "quarantined"))
    {
      *count = facts->n_held + MAX (facts->n_quarantined, facts->n_problems);
      return "problems";
    }

  if (g_str_equal (state, "conflicts"))
    *count = facts->n_conflicts;
  else if (g_str_equal (state, "pending"))
    {
      *count = facts->n_pending > 0 ? facts->n_pending : facts->n_behind;
      return facts->n_pending > 0 ? "pending" : "behind";
    }

  return state;
}

static TallyReason *
make_reason (const TallyStateFacts *facts,
             const char            *state)
{
  guint n;
  const char *code = find_code (facts, state, &n);
  g_autofree char *count = g_strdup_printf ("%u", n);
  g_autofree char *pending = g_strdup_printf ("%u", facts->n_pending);
  g_autofree char *held = g_strdup_printf ("%u", facts->n_held);
  g_autofree char *quarantined = g_strdup_printf ("%u", facts->n_quarantined);
  g_autofree char *conflicts = g_strdup_printf ("%u", facts->n_conflicts);
  g_autofree char *date = g_strdup_printf ("%" G_GINT64_FORMAT, facts->checked_us);

  g_autofree char *equal = g_strdup_printf ("%u", facts->n_equal);
  g_autofree char *of = g_strdup_printf ("%u", facts->n_compared);

  /* Without a date or a comparison the list ends before it. */
  return tally_reason_new (code,
                           "count", count,
                           "pending", pending,
                           "held", held,
                           "quarantined", quarantined,
                           "conflicts", conflicts,
                           "grade", facts->grade == NULL ? "none" : facts->grade,
                           facts->checked_us == 0 ? NULL : "date", date,
                           facts->n_compared == 0 ? NULL : "equal", equal,
                           "of", of,
                           NULL);
}

/**
 * tally_state_sentence:
 * @facts: what is so
 * @reason: (out) (transfer full): what is behind the state. Of a failed run its own reason;
 *   otherwise one of tally-reason.c with count (of what the state is about), pending, held,
 *   quarantined, conflicts, grade, date (of the proof, µs) and equal, of (records, of a full
 *   comparison); what there is none of is left out
 *
 * The sentence in large type, as a pure step function. It says "up-to-date" only when nothing is
 * pending, behind, held, guarded, quarantined or in conflict, the last run proved at least
 * "checked", and the look at the server is fresh; otherwise it says what is known. What stops
 * everything stands before
 * what concerns single records, what needs a person before what only waits.
 *
 * Returns: no-server, paused, auth-failed, offline, waiting, syncing, failed, guarded, conflicts,
 *   quarantined, held, pending, never-synced, checked or up-to-date
 */
const char *
tally_state_sentence (const TallyStateFacts  *facts,
                      TallyReason           **reason)
{
  const char *state = find_state (facts);

  *reason = g_str_equal (state, "failed") ? tally_reason_ref (facts->last_failure)
                                          : make_reason (facts, state);

  return state;
}
