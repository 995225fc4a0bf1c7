/* test-sim-baton.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-baton.h"
#include "sim/sim-clock.h"

#define N_WALKERS 4
#define N_STEPS 50

typedef struct
{
  TallySimBaton *baton;
  GString       *trace;
  gint           n_running;   /* never above one */
  GRand         *rand;
} World;

typedef struct
{
  World *world;
  char   name;
} Walker;

static void
walk (gpointer data)
{
  Walker *self = data;
  World *world = self->world;

  for (guint i = 0; i < N_STEPS; i++)
    {
      g_assert_cmpint (g_atomic_int_add (&world->n_running, 1), ==, 0);
      g_string_append_printf (world->trace, "%c%" G_GINT64_FORMAT " ", self->name,
                              tally_sim_baton_get_now_us (world->baton));
      g_atomic_int_add (&world->n_running, -1);

      if (g_rand_boolean (world->rand))
        tally_sim_baton_yield (world->baton);
      else
        tally_sim_baton_sleep (world->baton, g_rand_int_range (world->rand, 1, 1000));
    }
}

static char *
trace_of (guint32 seed)
{
  World world = { .trace = g_string_new (NULL), .rand = g_rand_new_with_seed (seed) };
  Walker walkers[N_WALKERS];

  world.baton = tally_sim_baton_new (seed);
  for (guint i = 0; i < N_WALKERS; i++)
    {
      walkers[i] = (Walker) { &world, (char) ('a' + i) };
      tally_sim_baton_spawn (world.baton, "walker", walk, &walkers[i]);
    }

  tally_sim_baton_run (world.baton);
  tally_sim_baton_free (world.baton);
  g_rand_free (world.rand);

  return g_string_free (world.trace, FALSE);
}

static void
test_same_seed (void)
{
  g_autofree char *other = trace_of (1000);

  for (guint32 seed = 0; seed < 50; seed++)
    {
      g_autofree char *a = trace_of (seed);
      g_autofree char *b = trace_of (seed);

      g_assert_cmpstr (a, ==, b);
      g_assert_cmpstr (a, !=, other);
    }
}

typedef struct
{
  TallySimBaton *baton;
  TallyClock    *clock;
  GCancellable  *cancellable;
  TallySimActor *waiter;
  gint64         woken_us;
  gboolean       cancelled;
} Naps;

static void
nap_long (gpointer data)
{
  Naps *naps = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tally_clock_sleep_us (naps->clock, 60 * G_USEC_PER_SEC, naps->cancellable,
                                        &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tally_clock_now_us (naps->clock), ==, 2 * G_USEC_PER_SEC);
  naps->cancelled = TRUE;
}

static void
wait_for_other (gpointer data)
{
  Naps *naps = data;

  tally_sim_baton_wait (naps->baton);
  naps->woken_us = tally_clock_now_us (naps->clock);
}

static void
nap_short (gpointer data)
{
  Naps *naps = data;

  g_assert_true (tally_clock_sleep_us (naps->clock, G_USEC_PER_SEC, NULL, NULL));
  tally_sim_baton_wake (naps->baton, naps->waiter);
  g_assert_true (tally_clock_sleep_us (naps->clock, G_USEC_PER_SEC, NULL, NULL));
  g_cancellable_cancel (naps->cancellable);
}

static void
test_naps (void)
{
  g_autoptr (TallySimBaton) baton = tally_sim_baton_new (7);
  g_autoptr (TallySimClock) clock = tally_sim_clock_new (baton);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Naps naps = { baton, TALLY_CLOCK (clock), cancellable, NULL, 0, FALSE };
  gint64 date_us = tally_clock_date_us (TALLY_CLOCK (clock));

  tally_sim_baton_spawn (baton, "long", nap_long, &naps);
  tally_sim_baton_spawn (baton, "short", nap_short, &naps);
  naps.waiter = tally_sim_baton_spawn (baton, "waiter", wait_for_other, &naps);
  tally_sim_baton_run (baton);

  g_assert_true (naps.cancelled);
  g_assert_cmpint (naps.woken_us, ==, G_USEC_PER_SEC);
  g_assert_cmpint (tally_clock_date_us (TALLY_CLOCK (clock)), ==, date_us + 2 * G_USEC_PER_SEC);
  tally_sim_clock_set_skew (clock, -5);
  g_assert_cmpint (tally_clock_date_us (TALLY_CLOCK (clock)), ==,
                   date_us + 2 * G_USEC_PER_SEC - 5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sim/baton/same-seed", test_same_seed);
  g_test_add_func ("/sim/baton/naps", test_naps);

  return g_test_run ();
}
