/* tally-scheduler.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyScheduleRule:
 * @interval_us: a run at least so often; 0: none by the clock
 * @quiet_us: an edit is sent once nobody has edited for so long
 * @patience_us: … but no later than this after the first one
 * @retry_base_us: the first wait after a failed run is drawn from 0 to this; doubled with each
 * @retry_cap_us: no wait after a failure is longer
 * @proof_us: all is held against the server's list at least so often; 0: never by itself
 * @rest_us: … but only when nobody has edited for so long
 *
 * How eager a connection is. A constant of the caller.
 */
typedef struct
{
  gint64 interval_us;
  gint64 quiet_us;
  gint64 patience_us;
  gint64 retry_base_us;
  gint64 retry_cap_us;
  gint64 proof_us;
  gint64 rest_us;
} TallyScheduleRule;

/* Every 15 minutes; edits after 2 quiet seconds, at most 10; failures from 2 s to 2 min, since a
 * refused connection costs next to nothing and a shop notices a longer wait. */
extern const TallyScheduleRule tally_schedule_rule_default;

/**
 * TallyScheduleFacts:
 * @now_us: monotonic
 * @started: this process has had its first run
 * @ready: nothing in the way, see tally_readiness_check()
 * @running: a run is under way
 * @n_failures: failed runs in a row
 * @retry_us: not before this by itself, drawn by tally_schedule_draw_retry(); counts while
 *   @n_failures is not 0
 * @not_before_us: monotonic; the server asked to be left alone until then
 * @last_end_us: monotonic; of the last run in this process; 0: none
 * @first_edit_us: monotonic; of the first edit no run has started after; 0: none
 * @last_edit_us: monotonic; of the last one
 * @network_regained: the network came back since the last run
 * @poked: a live source says that the server moved since the last run
 *
 * What the scheduler is told; it asks nobody.
 */
typedef struct
{
  gint64   now_us;
  gboolean started;
  gboolean ready;
  gboolean running;
  guint    n_failures;
  gint64   retry_us;
  gint64   not_before_us;
  gint64   last_end_us;
  gint64   first_edit_us;
  gint64   last_edit_us;
  gboolean network_regained;
  gboolean poked;
} TallyScheduleFacts;

/**
 * TallyScheduleStep:
 * @trigger: (nullable): run now, because of this: start | edit | interval | network | remote
 * @wake_us: monotonic; ask again then at the latest; 0: only when a fact changes
 */
typedef struct
{
  const char *trigger;
  gint64      wake_us;
} TallyScheduleStep;

/**
 * TallyScheduleOutcome:
 * @TALLY_SCHEDULE_DONE: the server answered, whatever it refused
 * @TALLY_SCHEDULE_FAILED: it has to be tried again
 * @TALLY_SCHEDULE_STOPPED: somebody stopped it, which says nothing of the server
 *
 * How a run ended, as far as the next one is concerned.
 */
typedef enum
{
  TALLY_SCHEDULE_DONE,
  TALLY_SCHEDULE_FAILED,
  TALLY_SCHEDULE_STOPPED,
} TallyScheduleOutcome;

/* What happened, entered into the facts; what happens from a run's beginning on is for the next. */
void              tally_schedule_note_edit  (TallyScheduleFacts       *facts,
                                             gint64                    now_us);
void              tally_schedule_note_begin (TallyScheduleFacts       *facts);
void              tally_schedule_note_end   (TallyScheduleFacts       *facts,
                                             const TallyScheduleRule  *rule,
                                             TallyScheduleOutcome      outcome,
                                             gint64                    now_us,
                                             GRand                    *rand);

/* The server asked to be left alone until @not_before_us. */
void              tally_schedule_note_wish  (TallyScheduleFacts       *facts,
                                             gint64                    now_us,
                                             gint64                    not_before_us);

/* Whether a run that starts now by the clock should prove all of it, too. @proved_us: date of the
 * last such proof, 0: none; a date in the future is no proof of anything. */
gboolean          tally_schedule_is_proof_due (const TallyScheduleRule  *rule,
                                               const TallyScheduleFacts *facts,
                                               gint64                    date_us,
                                               gint64                    proved_us);

TallyScheduleStep tally_schedule_step       (const TallyScheduleRule  *rule,
                                             const TallyScheduleFacts *facts);
gint64            tally_schedule_draw_retry (const TallyScheduleRule  *rule,
                                             guint                     n_failures,
                                             gint64                    now_us,
                                             GRand                    *rand);

G_END_DECLS
