/* tally-scheduler.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-schedule"

#include "schedule/tally-scheduler.h"

#include "base/tally-backoff.h"
#include "base/tally-planted.h"

const TallyScheduleRule tally_schedule_rule_default = {
  .interval_us = 15 * 60 * G_USEC_PER_SEC,
  .quiet_us = 2 * G_USEC_PER_SEC,
  .patience_us = 10 * G_USEC_PER_SEC,
  .retry_base_us = 2 * G_USEC_PER_SEC,
  .proof_us = 24 * G_TIME_SPAN_HOUR,
  .rest_us = 10 * G_TIME_SPAN_MINUTE,
  .retry_cap_us = 2 * 60 * G_USEC_PER_SEC,
};

/* One cause for a run and when it is due. */
static void
consider (TallyScheduleStep *step,
          gint64             now_us,
          gint64             due_us,
          const char        *trigger)
{
  if (step->trigger != NULL)
    return;

  if (due_us <= now_us)
    {
      step->trigger = trigger;
      step->wake_us = 0;
    }
  else if (step->wake_us == 0 || due_us < step->wake_us)
    step->wake_us = due_us;
}

/**
 * tally_schedule_step:
 * @rule: how eager
 * @facts: what is so
 *
 * When to run next, as a pure step function: the same facts give the same answer. The first
 * cause that is due names the run: start, network, edit, remote, interval. A failure holds all of
 * them back until its wait is over, but for a network that came back: that is the news the wait
 * was for. What the server asked for holds back everything.
 *
 * Returns: run now, or when to ask again
 */
TallyScheduleStep
tally_schedule_step (const TallyScheduleRule  *rule,
                     const TallyScheduleFacts *facts)
{
  TallyScheduleStep step = { NULL, 0 };
  gint64 now_us = facts->now_us;
  gint64 earliest_us = MAX (facts->not_before_us,
                            facts->n_failures > 0 ? facts->retry_us : now_us);

  if (!facts->ready || facts->running)
    return step;

  if (!facts->started)
    consider (&step, now_us, now_us, "start");
  if (facts->network_regained)
    consider (&step, now_us, MAX (now_us, facts->not_before_us), "network");
  if (facts->first_edit_us != 0)
    consider (&step, now_us,
              MAX (earliest_us, MIN (facts->last_edit_us + rule->quiet_us,
                                     facts->first_edit_us + rule->patience_us)),
              "edit");
  if (facts->poked)
    consider (&step, now_us, earliest_us, "remote");
  if (rule->interval_us > 0 && facts->n_failures == 0)
    consider (&step, now_us, MAX (facts->not_before_us, facts->last_end_us + rule->interval_us),
              "interval");
  else if (facts->n_failures > 0 && !TALLY_IS_PLANTED (NO_RETRY))
    consider (&step, now_us, earliest_us, "interval");

  return step;
}

/**
 * tally_schedule_draw_retry:
 * @rule: how eager
 * @n_failures: failed runs in a row, the one that just ended included
 * @now_us: monotonic
 * @rand: the chance given in
 *
 * Exponential back-off with full jitter (see TallyBackoff): when a server comes back, not all of
 * its devices call at once.
 *
 * Returns: monotonic; when a run may be tried again
 */
gint64
tally_schedule_draw_retry (const TallyScheduleRule *rule,
                           guint                    n_failures,
                           gint64                   now_us,
                           GRand                   *rand)
{
  const TallyBackoffRule patience = { rule->retry_base_us, rule->retry_cap_us, 0, 0 };
  TallyBackoff backoff;
  gint64 wait_us = 0;

  tally_backoff_start (&backoff, now_us);
  backoff.n_waits = n_failures > 0 ? n_failures - 1 : 0;
  tally_backoff_next (&backoff, &patience, now_us, 0, rand, &wait_us);

  return TALLY_IS_PLANTED (NO_BACKOFF) ? now_us : now_us + wait_us;
}

/**
 * tally_schedule_note_edit:
 * @facts: (inout): what is so
 * @now_us: monotonic
 *
 * Somebody edited something.
 */
void
tally_schedule_note_edit (TallyScheduleFacts *facts,
                          gint64              now_us)
{
  facts->last_edit_us = now_us;
  if (facts->first_edit_us == 0)
    facts->first_edit_us = now_us;
}

/**
 * tally_schedule_note_begin:
 * @facts: (inout): what is so
 *
 * A run begins and serves every cause there was.
 */
void
tally_schedule_note_begin (TallyScheduleFacts *facts)
{
  facts->started = TRUE;
  facts->network_regained = FALSE;
  facts->poked = FALSE;
  facts->first_edit_us = 0;
}

/**
 * tally_schedule_note_end:
 * @facts: (inout): what is so
 * @rule: how eager
 * @outcome: how it ended
 * @now_us: monotonic
 * @rand: the chance given in
 *
 * A run has ended; after a failure the next try is drawn.
 */
void
tally_schedule_note_end (TallyScheduleFacts      *facts,
                         const TallyScheduleRule *rule,
                         TallyScheduleOutcome     outcome,
                         gint64                   now_us,
                         GRand                   *rand)
{
  facts->last_end_us = now_us;
  if (outcome == TALLY_SCHEDULE_DONE)
    facts->n_failures = 0;
  if (outcome != TALLY_SCHEDULE_FAILED)
    return;

  facts->n_failures++;
  facts->retry_us = tally_schedule_draw_retry (rule, facts->n_failures, now_us, rand);
}

/* A server that asks for more is not left alone for longer: people would take it for broken. */
#define WISH_CAP_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/**
 * tally_schedule_note_wish:
 * @facts: (inout): what is so
 * @now_us: monotonic
 * @not_before_us: monotonic; until when the server asked to be left alone; 0: it did not
 *
 * Heeds Retry-After beyond the run that met it, for an hour at most.
 */
void
tally_schedule_note_wish (TallyScheduleFacts *facts,
                          gint64              now_us,
                          gint64              not_before_us)
{
  facts->not_before_us = MIN (not_before_us, now_us + WISH_CAP_US);
}

gboolean
tally_schedule_is_proof_due (const TallyScheduleRule  *rule,
                             const TallyScheduleFacts *facts,
                             gint64                    date_us,
                             gint64                    proved_us)
{
  gboolean quiet = facts->first_edit_us == 0 &&
                   (facts->last_edit_us == 0 || facts->now_us - facts->last_edit_us >= rule->rest_us);

  return rule->proof_us > 0 && facts->n_failures == 0 && quiet &&
         (proved_us > date_us || date_us - proved_us >= rule->proof_us);
}
