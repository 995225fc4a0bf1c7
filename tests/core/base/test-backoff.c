/* test-backoff.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "base/tally-backoff.h"

static const TallyBackoffRule rule = {
  .base_us = 100, .cap_us = 400, .max_waits = 6, .budget_us = 0,
};

/* Every wait lies under its ceiling, the ceilings double up to the cap, and over many draws both
 * ends of the range are seen: that is what "full jitter" says. */
static void
test_jitter (void)
{
  const gint64 ceilings[] = { 100, 200, 400, 400, 400, 400 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 least[6];
  gint64 most[6];
  gint64 wait;

  for (guint i = 0; i < 6; i++)
    {
      least[i] = G_MAXINT64;
      most[i] = 0;
    }

  for (guint run = 0; run < 1000; run++)
    {
      TallyBackoff backoff;

      tally_backoff_start (&backoff, 0);
      for (guint i = 0; i < 6; i++)
        {
          g_assert_true (tally_backoff_next (&backoff, &rule, 0, 0, rand, &wait));
          least[i] = MIN (least[i], wait);
          most[i] = MAX (most[i], wait);
        }
      g_assert_false (tally_backoff_next (&backoff, &rule, 0, 0, rand, &wait));
    }

  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpint (least[i], <, ceilings[i] / 20);
      g_assert_cmpint (most[i], <=, ceilings[i]);
      g_assert_cmpint (most[i], >, ceilings[i] * 19 / 20);
    }
}

static void
test_at_least (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  TallyBackoff backoff;
  gint64 wait;

  tally_backoff_start (&backoff, 0);
  g_assert_true (tally_backoff_next (&backoff, &rule, 0, 5000, rand, &wait));
  g_assert_cmpint (wait, >=, 5000);
  g_assert_cmpint (wait, <=, 5100);

  g_assert_true (tally_backoff_next (&backoff, &rule, 0, G_MAXINT64, rand, &wait));
  g_assert_cmpint (wait, ==, G_MAXINT64);
}

static void
test_budget (void)
{
  const TallyBackoffRule tight = { .base_us = 100, .cap_us = 100, .budget_us = 1000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  TallyBackoff backoff;
  gint64 wait;

  tally_backoff_start (&backoff, 50);
  g_assert_true (tally_backoff_next (&backoff, &tight, 50, 800, rand, &wait));
  g_assert_false (tally_backoff_next (&backoff, &tight, 50, 1001, rand, &wait));
  g_assert_false (tally_backoff_next (&backoff, &tight, 1051, 0, rand, &wait));
}

/* Doubling a large ceiling for long must not wrap round to a small or negative wait. */
static void
test_overflow (void)
{
  const TallyBackoffRule wide = { .base_us = G_MAXINT64 / 3, .cap_us = G_MAXINT64 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  TallyBackoff backoff;
  gint64 wait;

  tally_backoff_start (&backoff, 0);
  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (tally_backoff_next (&backoff, &wide, 0, 0, rand, &wait));
      g_assert_cmpint (wait, >=, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/backoff/jitter", test_jitter);
  g_test_add_func ("/base/backoff/at-least", test_at_least);
  g_test_add_func ("/base/backoff/budget", test_budget);
  g_test_add_func ("/base/backoff/overflow", test_overflow);

  return g_test_run ();
}
