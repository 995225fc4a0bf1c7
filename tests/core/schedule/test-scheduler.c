/* test-scheduler.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "schedule/tally-scheduler.h"

#define SECOND G_USEC_PER_SEC

static const TallyScheduleRule rule = {
  .interval_us = 900 * SECOND,
  .quiet_us = 2 * SECOND,
  .patience_us = 10 * SECOND,
  .retry_base_us = 2 * SECOND,
  .retry_cap_us = 120 * SECOND,
};

/* Ready, idle, one successful run behind it that ended at 1,000 s; it is 1,100 s. */
static const TallyScheduleFacts idle = {
  .now_us = 1100 * SECOND,
  .started = TRUE,
  .ready = TRUE,
  .last_end_us = 1000 * SECOND,
};

static void
check (const TallyScheduleFacts *facts,
       const char               *trigger,
       gint64                    wake_s)
{
  TallyScheduleStep step = tally_schedule_step (&rule, facts);

  g_assert_cmpstr (step.trigger, ==, trigger);
  g_assert_cmpint (step.wake_us, ==, wake_s * SECOND);
}

static void
test_start (void)
{
  TallyScheduleFacts facts = { .now_us = 5 * SECOND, .ready = TRUE };

  check (&facts, "start", 0);
}

static void
test_interval (void)
{
  TallyScheduleFacts facts = idle;
  TallyScheduleRule by_hand = rule;

  check (&facts, NULL, 1900);
  facts.now_us = 1900 * SECOND;
  check (&facts, "interval", 0);

  by_hand.interval_us = 0;
  g_assert_null (tally_schedule_step (&by_hand, &facts).trigger);
  g_assert_cmpint (tally_schedule_step (&by_hand, &facts).wake_us, ==, 0);
}

static void
test_debounce (void)
{
  TallyScheduleFacts facts = idle;

  facts.first_edit_us = facts.last_edit_us = facts.now_us;
  check (&facts, NULL, 1102);

  /* Each edit puts it off … */
  facts.now_us = 1101 * SECOND;
  facts.last_edit_us = facts.now_us;
  check (&facts, NULL, 1103);
  facts.now_us = 1103 * SECOND;
  check (&facts, "edit", 0);

  /* … but not for ever. */
  facts.now_us = 1109 * SECOND;
  facts.last_edit_us = facts.now_us;
  check (&facts, NULL, 1110);
  facts.now_us = 1110 * SECOND;
  facts.last_edit_us = facts.now_us;
  check (&facts, "edit", 0);
}

static void
test_not_ready (void)
{
  TallyScheduleFacts facts = idle;

  facts.started = FALSE;
  facts.poked = TRUE;
  facts.network_regained = TRUE;
  facts.first_edit_us = facts.last_edit_us = 1 * SECOND;
  facts.ready = FALSE;
  check (&facts, NULL, 0);

  facts.ready = TRUE;
  facts.running = TRUE;
  check (&facts, NULL, 0);
}

static void
test_causes (void)
{
  TallyScheduleFacts facts = idle;

  facts.poked = TRUE;
  check (&facts, "remote", 0);
  facts.first_edit_us = facts.last_edit_us = 1000 * SECOND;
  check (&facts, "edit", 0);
  facts.network_regained = TRUE;
  check (&facts, "network", 0);
  facts.started = FALSE;
  check (&facts, "start", 0);
}

static void
test_failure (void)
{
  TallyScheduleFacts facts = idle;

  facts.n_failures = 3;
  facts.retry_us = 1107 * SECOND;
  check (&facts, NULL, 1107);

  /* Neither an edit nor a poke hurries a server that does not answer. */
  facts.poked = TRUE;
  facts.first_edit_us = facts.last_edit_us = 1000 * SECOND;
  check (&facts, NULL, 1107);
  facts.now_us = 1107 * SECOND;
  check (&facts, "edit", 0);

  facts.first_edit_us = 0;
  facts.poked = FALSE;
  check (&facts, "interval", 0);

  facts.now_us = 1101 * SECOND;
  facts.network_regained = TRUE;
  check (&facts, "network", 0);
}

static void
test_retry (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 longest_first = 0;
  gint64 longest = 0;

  for (guint i = 0; i < 2000; i++)
    {
      longest_first = MAX (longest_first, tally_schedule_draw_retry (&rule, 1, 0, rand));
      longest = MAX (longest, tally_schedule_draw_retry (&rule, 40, 0, rand));
    }

  g_assert_cmpint (longest_first, >, 1 * SECOND);
  g_assert_cmpint (longest_first, <=, 2 * SECOND);
  g_assert_cmpint (longest, >, 100 * SECOND);
  g_assert_cmpint (longest, <=, 120 * SECOND);
}

/* The first edit of a stretch counts until a run begins; the last one moves. */
static void
test_note_edit (void)
{
  TallyScheduleFacts facts = idle;

  tally_schedule_note_edit (&facts, 1100 * SECOND);
  check (&facts, NULL, 1102);
  tally_schedule_note_edit (&facts, 1101 * SECOND);
  g_assert_cmpint (facts.first_edit_us, ==, 1100 * SECOND);
  g_assert_cmpint (facts.last_edit_us, ==, 1101 * SECOND);
  facts.now_us = 1101 * SECOND;
  check (&facts, NULL, 1103);
}

/* A run serves every cause there was, and none that comes after its beginning. */
static void
test_note_begin (void)
{
  TallyScheduleFacts facts = idle;

  facts.started = FALSE;
  facts.poked = TRUE;
  facts.network_regained = TRUE;
  tally_schedule_note_edit (&facts, 1099 * SECOND);
  tally_schedule_note_begin (&facts);
  check (&facts, NULL, 1900);

  tally_schedule_note_edit (&facts, 1100 * SECOND);
  facts.now_us = 1110 * SECOND;
  check (&facts, "edit", 0);
}

static void
test_note_end (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  TallyScheduleFacts facts = idle;

  tally_schedule_note_end (&facts, &rule, TALLY_SCHEDULE_FAILED, 1100 * SECOND, rand);
  tally_schedule_note_end (&facts, &rule, TALLY_SCHEDULE_FAILED, 1200 * SECOND, rand);
  g_assert_cmpuint (facts.n_failures, ==, 2);
  g_assert_cmpint (facts.last_end_us, ==, 1200 * SECOND);
  g_assert_cmpint (facts.retry_us, >, 1200 * SECOND);
  g_assert_cmpint (facts.retry_us, <=, 1204 * SECOND);
  facts.now_us = facts.retry_us;
  check (&facts, "interval", 0);

  /* Stopped by somebody: neither a failure nor the proof that the server is well. */
  tally_schedule_note_end (&facts, &rule, TALLY_SCHEDULE_STOPPED, 1300 * SECOND, rand);
  g_assert_cmpuint (facts.n_failures, ==, 2);
  g_assert_cmpint (facts.last_end_us, ==, 1300 * SECOND);

  tally_schedule_note_end (&facts, &rule, TALLY_SCHEDULE_DONE, 1400 * SECOND, rand);
  g_assert_cmpuint (facts.n_failures, ==, 0);
  facts.now_us = 1400 * SECOND;
  check (&facts, NULL, 2300);
}

/* What the server asked for outlives the run that met it, and holds back every cause. */
static void
test_note_wish (void)
{
  TallyScheduleFacts facts = idle;

  facts.now_us = 1100 * SECOND;
  tally_schedule_note_wish (&facts, facts.now_us, 1190 * SECOND);
  facts.network_regained = TRUE;
  facts.poked = TRUE;
  tally_schedule_note_edit (&facts, 1000 * SECOND);
  check (&facts, NULL, 1190);
  facts.now_us = 1190 * SECOND;
  check (&facts, "network", 0);

  /* A day is taken for a mistake. */
  tally_schedule_note_wish (&facts, facts.now_us, facts.now_us + 86400 * (gint64) SECOND);
  check (&facts, NULL, 1190 + 3600);

  tally_schedule_note_wish (&facts, facts.now_us, 0);
  check (&facts, "network", 0);
}

/* Once a day, in a quiet hour, and not while the server is in trouble. */
static void
test_proof (void)
{
  const gint64 day = G_GINT64_CONSTANT (86400) * SECOND;
  TallyScheduleRule daily = rule;
  TallyScheduleFacts facts = idle;

  g_assert_false (tally_schedule_is_proof_due (&rule, &facts, 100 * day, 0));
  daily.proof_us = day;
  daily.rest_us = 600 * SECOND;
  g_assert_true (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 0));
  g_assert_true (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 99 * day));
  g_assert_false (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 99 * day + SECOND));
  /* The clock was set back. */
  g_assert_true (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 101 * day));

  facts.n_failures = 1;
  g_assert_false (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 0));
  facts.n_failures = 0;
  facts.last_edit_us = facts.now_us - 599 * SECOND;
  g_assert_false (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 0));
  facts.last_edit_us = facts.now_us - 600 * SECOND;
  g_assert_true (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 0));
  facts.first_edit_us = facts.last_edit_us;
  g_assert_false (tally_schedule_is_proof_due (&daily, &facts, 100 * day, 0));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/schedule/scheduler/start", test_start);
  g_test_add_func ("/schedule/scheduler/interval", test_interval);
  g_test_add_func ("/schedule/scheduler/debounce", test_debounce);
  g_test_add_func ("/schedule/scheduler/not-ready", test_not_ready);
  g_test_add_func ("/schedule/scheduler/causes", test_causes);
  g_test_add_func ("/schedule/scheduler/failure", test_failure);
  g_test_add_func ("/schedule/scheduler/retry", test_retry);
  g_test_add_func ("/schedule/scheduler/note-edit", test_note_edit);
  g_test_add_func ("/schedule/scheduler/note-begin", test_note_begin);
  g_test_add_func ("/schedule/scheduler/note-end", test_note_end);
  g_test_add_func ("/schedule/scheduler/note-wish", test_note_wish);
  g_test_add_func ("/schedule/scheduler/proof", test_proof);

  return g_test_run ();
}
