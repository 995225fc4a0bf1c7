/* test-state-sentence.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "schedule/tally-state-sentence.h"

#define MINUTE (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

static const TallyStateFacts good = {
  .grade = "checked",
  .checked_us = 1000 * MINUTE,
  .date_us = 1010 * MINUTE,
  .fresh_us = 30 * MINUTE,
};

static void
check (const TallyStateFacts *facts,
       const char            *state)
{
  g_autoptr (TallyReason) reason = NULL;

  g_assert_cmpstr (tally_state_sentence (facts, &reason), ==, state);
  g_assert_nonnull (reason);
}

static void
test_up_to_date (void)
{
  TallyStateFacts facts = good;

  check (&facts, "up-to-date");
  facts.date_us = 1031 * MINUTE;
  check (&facts, "checked");
  facts.live = TRUE;
  check (&facts, "up-to-date");
  facts.live = FALSE;
  facts.date_us = 999 * MINUTE;
  check (&facts, "checked");
  facts.date_us = 1001 * MINUTE;
  facts.grade = "none";
  check (&facts, "never-synced");
  facts.grade = "compared";
  check (&facts, "up-to-date");
  facts.checked_us = 0;
  check (&facts, "never-synced");
}

static void
test_never_up_to_date (void)
{
  TallyStateFacts facts = good;

  facts.n_pending = 1;
  check (&facts, "pending");
  facts.n_guarded_here = 3;
  check (&facts, "guarded");
  facts.n_guarded_here = 0;
  facts.n_guarded_there = 3;
  check (&facts, "guarded");
  facts.n_guarded_there = 0;
  facts.n_held = 1;
  check (&facts, "held");
  /* what the server shows and could not be taken is not up to date either */
  facts.n_problems = 1;
  check (&facts, "quarantined");
  facts.n_problems = 0;
  facts.n_quarantined = 1;
  check (&facts, "quarantined");
  facts.n_conflicts = 1;
  check (&facts, "conflicts");
}

/* Nothing waits to be sent, and yet the server is known to be further. */
static void
test_behind (void)
{
  TallyStateFacts facts = good;
  g_autoptr (TallyReason) reason = NULL;
  g_autoptr (TallyReason) pending = NULL;
  g_autofree char *words = NULL;

  facts.n_behind = 2;
  g_assert_cmpstr (tally_state_sentence (&facts, &reason), ==, "pending");
  g_assert_cmpstr (reason->code, ==, "behind");
  g_assert_cmpstr (tally_reason_get (reason, "count"), ==, "2");
  words = tally_reason_describe (reason);
  g_assert_true (g_str_has_prefix (words, "The server has newer versions: 2."));
  facts.live = TRUE;
  check (&facts, "pending");

  /* What leaves is what a person did: it is said first. */
  facts.n_pending = 1;
  g_assert_cmpstr (tally_state_sentence (&facts, &pending), ==, "pending");
  g_assert_cmpstr (pending->code, ==, "pending");
  g_assert_cmpstr (tally_reason_get (pending, "count"), ==, "1");
}

static void
test_obstacle (void)
{
  g_autoptr (TallyReason) offline = tally_reason_new ("offline", NULL);
  g_autoptr (TallyReason) reason = NULL;
  TallyStateFacts facts = good;

  facts.obstacle = offline;
  facts.n_pending = 3;
  g_assert_cmpstr (tally_state_sentence (&facts, &reason), ==, "offline");
  g_assert_cmpstr (reason->code, ==, "offline");
  g_assert_cmpstr (tally_reason_get (reason, "pending"), ==, "3");
  g_assert_cmpstr (tally_reason_get (reason, "date"), ==, "60000000000");

  facts.running = TRUE;
  check (&facts, "syncing");
}

/* A right that is missing is no wrong password, though both wait for a person to sign in. */
static void
test_forbidden (void)
{
  g_autoptr (TallyReason) forbidden = tally_reason_new ("forbidden", NULL);
  g_autoptr (TallyReason) reason = NULL;
  TallyStateFacts facts = good;

  facts.obstacle = forbidden;
  g_assert_cmpstr (tally_state_sentence (&facts, &reason), ==, "auth-failed");
  g_assert_cmpstr (reason->code, ==, "forbidden");
}

static void
test_failed (void)
{
  g_autoptr (TallyReason) failure = tally_reason_new ("unreachable", "detail", "refused", NULL);
  g_autoptr (TallyReason) reason = NULL;
  TallyStateFacts facts = good;

  facts.last_failure = failure;
  g_assert_cmpstr (tally_state_sentence (&facts, &reason), ==, "failed");
  g_assert_cmpstr (reason->code, ==, "unreachable");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/schedule/state-sentence/up-to-date", test_up_to_date);
  g_test_add_func ("/schedule/state-sentence/never-up-to-date", test_never_up_to_date);
  g_test_add_func ("/schedule/state-sentence/behind", test_behind);
  g_test_add_func ("/schedule/state-sentence/obstacle", test_obstacle);
  g_test_add_func ("/schedule/state-sentence/forbidden", test_forbidden);
  g_test_add_func ("/schedule/state-sentence/failed", test_failed);

  return g_test_run ();
}
