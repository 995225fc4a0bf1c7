/* tally-backoff.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyBackoffRule:
 * @base_us: the first wait is drawn from 0 to this, microseconds; doubled with each failure
 * @cap_us: no drawn wait is longer, microseconds
 * @max_waits: give up after so many waits; 0: never for this cause
 * @budget_us: give up where the wait would end later than this after the start, microseconds;
 *   0: never for this cause
 *
 * How patient somebody is. A constant of the caller.
 */
typedef struct
{
  gint64 base_us;
  gint64 cap_us;
  guint  max_waits;
  gint64 budget_us;
} TallyBackoffRule;

/**
 * TallyBackoff:
 *
 * How long to wait before the next try: exponential back-off with full jitter, as a pure step
 * function of what is given in. Knows no clock and draws no chance of its own, never waits by
 * itself, cannot fail. A value on the caller's stack or in its struct; one thread at a time.
 */
typedef struct
{
  gint64 started_us;   /* monotonic */
  guint  n_waits;      /* waits handed out since */
} TallyBackoff;

void      tally_backoff_start (TallyBackoff            *self,
                               gint64                   now_us);
gboolean  tally_backoff_next  (TallyBackoff            *self,
                               const TallyBackoffRule  *rule,
                               gint64                   now_us,
                               gint64                   at_least_us,
                               GRand                   *rand,
                               gint64                  *wait_us);

G_END_DECLS
