/* tally-backoff.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-backoff.h"

/**
 * tally_backoff_start:
 * @self: the state to set up
 * @now_us: monotonic microseconds
 *
 * Forgets all failures: the next one is the first.
 */
void
tally_backoff_start (TallyBackoff *self,
                     gint64        now_us)
{
  self->started_us = now_us;
  self->n_waits = 0;
}

/* base * 2^n_waits, at most the cap; doubling step by step cannot overflow. */
static gint64
ceiling_us (const TallyBackoff     *self,
            const TallyBackoffRule *rule)
{
  gint64 ceiling = rule->base_us;

  for (guint i = 0; i < self->n_waits && ceiling < rule->cap_us; i++)
    ceiling = ceiling > G_MAXINT64 / 2 ? G_MAXINT64 : ceiling * 2;

  return MIN (ceiling, rule->cap_us);
}

/**
 * tally_backoff_next:
 * @self: the state
 * @rule: how patient to be
 * @now_us: monotonic microseconds
 * @at_least_us: what the other side asked for (Retry-After), microseconds; 0 for nothing.
 *   The drawn wait is added to it, or all who were sent away come back in one instant.
 * @rand: chance, given in
 * @wait_us: (out): microseconds to wait, set with %TRUE
 *
 * Call it after each failure. Full jitter as in "Exponential Backoff And Jitter" (AWS
 * Architecture Blog, 2015): a wait drawn evenly from 0 to the doubled ceiling spreads
 * clients that failed together better than any wait around the ceiling.
 *
 * Returns: %FALSE when it is time to give up
 */
gboolean
tally_backoff_next (TallyBackoff           *self,
                    const TallyBackoffRule *rule,
                    gint64                  now_us,
                    gint64                  at_least_us,
                    GRand                  *rand,
                    gint64                 *wait_us)
{
  gint64 wait;

  if (rule->max_waits > 0 && self->n_waits >= rule->max_waits)
    return FALSE;

  wait = (gint64) (g_rand_double (rand) * (double) ceiling_us (self, rule));
  wait = at_least_us > G_MAXINT64 - wait ? G_MAXINT64 : MAX (at_least_us, 0) + wait;

  if (rule->budget_us > 0 && wait > rule->budget_us - (now_us - self->started_us))
    return FALSE;

  self->n_waits++;
  *wait_us = wait;

  return TRUE;
}
