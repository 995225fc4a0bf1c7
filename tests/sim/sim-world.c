/* sim-world.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-world.h"

#include "sim/sim-clock.h"
#include "sim/sim-foreigner.h"
#include "sim/sim-oracle.h"
#include "sim/sim-record.h"

#define MAX_DEVICES 4

/* How long the agents have, once everything is sound again, to bring everything home by
 * themselves: a client's patience with the network, a retry, an interval, and some. */
#define CALM_US (150 * G_USEC_PER_SEC)

/* Rounds of runs on all devices until nothing moves; twice as many as any seed has needed. */
#define MAX_ROUNDS 12

/* A settlement may meet another one: conflicts cannot go on for ever though. */
#define MAX_SETTLEMENTS 60

typedef struct
{
  GRand          *rand;
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimClock  *clock;      /* the server's and the oracle's */
  TallySimServer *server;
  TallySimNet    *net;
  TallySimLedger *ledger;
  TallySimDevice *devices[MAX_DEVICES];
  guint           n_devices;
  TallySimForeigner *foreigner;   /* nullable */
  gint64          until_us;
} World;

void
tally_sim_result_clear (TallySimResult *self)
{
  g_clear_pointer (&self->failure, g_free);
}

/* Each world has its own mixture of troubles: some have none of a kind, some have plenty. */
static TallySimOdds
draw_odds (GRand *rand)
{
  static const guint16 most[TALLY_SIM_N_FAULTS] = {
    [TALLY_SIM_FAULT_DROP] = 80,
    [TALLY_SIM_FAULT_DUPLICATE] = 80,
    [TALLY_SIM_FAULT_DELAY] = 80,
    [TALLY_SIM_FAULT_LATE] = 60,
    [TALLY_SIM_FAULT_LOST_ANSWER] = 100,
    [TALLY_SIM_FAULT_CUT_ANSWER] = 40,
    [TALLY_SIM_FAULT_BUSY] = 40,
    [TALLY_SIM_FAULT_KILL] = 500,       /* of a device's life */
    [TALLY_SIM_FAULT_POWER] = 500,      /* of a device's life */
    [TALLY_SIM_FAULT_SERVER_CRASH] = 30,
    [TALLY_SIM_FAULT_OFFLINE] = 60,     /* of a user's actions */
    [TALLY_SIM_FAULT_CANCEL] = 300,     /* of those during a run */
    [TALLY_SIM_FAULT_SKEW] = 400,       /* of a device's life */
  };
  TallySimOdds odds = { 0 };

  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    {
      /* Now and then so much of one kind that repeating at once does not help. */
      guint times = g_rand_int_range (rand, 0, 12) == 0 ? 5 : 1;

      if (g_rand_int_range (rand, 0, 3) > 0)
        odds.per_mille[i] = (guint16) g_rand_int_range (rand, 0, MIN (most[i] * times, 600) + 1);
    }

  return odds;
}

static void
make_devices (World              *self,
              const TallySimOdds *odds)
{
  guint n_records = g_rand_int_range (self->rand, 1, 5);

  /* One world in five has a single writer: any conflict there is the engine's own making. */
  guint only = g_rand_int_range (self->rand, 0, 10);

  /* Two meet most often; a third and a fourth bring settlements that cross. */
  self->n_devices = g_rand_int_range (self->rand, -4, MAX_DEVICES + 1) > 2 ? 3 : 2;
  self->n_devices += g_rand_int_range (self->rand, 0, 12) == 0;
  for (guint i = 0; i < self->n_devices; i++)
    {
      TallySimDeviceOptions options = {
        .index = i,
        .n_records = n_records,
        .edits = only > 1 || only == i,
        .seed = g_rand_int (self->rand),
        .baton = self->baton,
        .trace = self->trace,
        .net = self->net,
        .ledger = self->ledger,
        .odds = *odds,
        .page_rows = g_rand_int_range (self->rand, 1, 5),
        .interval_us = g_rand_int_range (self->rand, 10, 60) * G_USEC_PER_SEC,
        .until_us = self->until_us,
        .over_us = self->until_us + CALM_US,
      };

      self->devices[i] = tally_sim_device_new (&options);
    }

  if (only > 1 && g_rand_int_range (self->rand, 0, 3) == 0)
    {
      TallySimForeignerOptions options = {
        .n_records = n_records,
        .seed = g_rand_int (self->rand),
        .baton = self->baton,
        .trace = self->trace,
        .net = self->net,
        .clock = TALLY_CLOCK (self->clock),
        .ledger = self->ledger,
        .until_us = self->until_us,
      };

      self->foreigner = tally_sim_foreigner_new (&options);
    }
}

/* One round of runs; FALSE: a store failed. *moved: whether anything was pulled or pushed. */
static gboolean
sync_all (World    *self,
          gboolean *moved)
{
  guint first = g_rand_int_range (self->rand, 0, self->n_devices);

  *moved = FALSE;
  for (guint i = 0; i < self->n_devices; i++)
    {
      TallySimDevice *device = self->devices[(first + i) % self->n_devices];
      g_autoptr (TallyRun) run = tally_sim_device_sync (device);

      if (run == NULL)
        return FALSE;
      if (g_strcmp0 (run->status, "success") != 0)
        tally_sim_trace_fail (self->trace, "%s: a run on a sound network is %s (%s)",
                              tally_sim_device_get_name (device), run->status,
                              run->errors->len > 0
                              ? ((TallyRunError *) run->errors->pdata[0])->reason->code : "-");
      *moved = *moved || run->n_pulled + run->n_pushed + run->n_deleted > 0;
    }

  return tally_sim_trace_get_failure (self->trace) == NULL;
}

static gboolean
sync_until_quiet (World *self)
{
  gboolean moved = TRUE;

  for (guint round = 0; moved && round < MAX_ROUNDS; round++)
    if (!sync_all (self, &moved))
      return FALSE;

  if (moved)
    tally_sim_trace_fail (self->trace, "restless: still moving after %d rounds", MAX_ROUNDS);

  return !moved;
}

/* People settle what is left, sometimes both at once and differently. */
static gboolean
settle_all (World *self)
{
  gboolean open = TRUE;

  for (guint n = 0; open && n < MAX_SETTLEMENTS; n++)
    {
      guint first = g_rand_int_range (self->rand, 0, self->n_devices);
      guint n_settlers = g_rand_int_range (self->rand, 0, 4) == 0 ? self->n_devices : 1;
      guint n_settled = 0;

      for (guint i = 0; i < self->n_devices && n_settled < n_settlers; i++)
        {
          TallySimDevice *device = self->devices[(first + i) % self->n_devices];
          g_autoptr (GError) error = NULL;
          gboolean settled;

          if (!tally_sim_user_settle (tally_sim_device_get_user (device),
                                      tally_sim_device_get_store (device), &settled, &error))
            {
              tally_sim_trace_fail (self->trace, "settling failed: %s", error->message);
              return FALSE;
            }
          n_settled += settled;
        }

      open = n_settled > 0;
      if (open && !sync_until_quiet (self))
        return FALSE;
    }

  if (open)
    tally_sim_trace_fail (self->trace, "conflicts without end");

  return !open;
}

/* Without anybody's help everything must have left the devices that may. */
static void
check_home (World          *self,
            TallySimDevice *device)
{
  TallyStoreCounts counts = { 0 };

  if (!tally_store_count (tally_sim_device_get_store (device), &counts, NULL) ||
      counts.n_pending > 0)
    tally_sim_trace_fail (self->trace, "%s: %u edits still wait after the calm",
                          tally_sim_device_get_name (device), counts.n_pending);
}

static void
heal_and_judge (World *self)
{
  TallySimOracle oracle = {
    .trace = self->trace,
    .net = self->net,
    .clock = TALLY_CLOCK (self->clock),
    .ledger = self->ledger,
    .devices = self->devices,
    .n_devices = self->n_devices,
  };

  for (guint i = 0; i < self->n_devices; i++)
    if (!tally_sim_device_open (self->devices[i]))
      return;
  for (guint i = 0; i < self->n_devices; i++)
    check_home (self, self->devices[i]);

  if (!sync_until_quiet (self))
    return;
  tally_sim_oracle_check_quiet (&oracle);
  if (tally_sim_trace_get_failure (self->trace) == NULL && settle_all (self))
    tally_sim_oracle_check_end (&oracle);
}

/* The actor that waits for the end of the troubles and cleans up. */
static void
director_main (gpointer data)
{
  World *self = data;
  gboolean over = FALSE;

  tally_sim_baton_sleep (self->baton, self->until_us);
  tally_sim_trace_add (self->trace, "world", "healing");
  tally_sim_net_heal (self->net);
  for (guint i = 0; i < self->n_devices; i++)
    tally_sim_device_heal (self->devices[i]);

  while (!over)
    {
      tally_sim_baton_sleep (self->baton, G_USEC_PER_SEC);
      over = tally_sim_net_is_idle (self->net) &&
             (self->foreigner == NULL || tally_sim_foreigner_is_over (self->foreigner));
      for (guint i = 0; i < self->n_devices; i++)
        over = over && tally_sim_device_is_over (self->devices[i]);
    }

  if (tally_sim_trace_get_failure (self->trace) == NULL)
    heal_and_judge (self);
  for (guint i = 0; i < self->n_devices; i++)
    tally_sim_device_close (self->devices[i]);
  tally_sim_net_close (self->net);
}

static void
tell (World          *self,
      TallySimResult *result)
{
  result->hash = tally_sim_trace_get_hash (self->trace);
  result->n_events = tally_sim_trace_get_n_events (self->trace);
  result->failure = g_strdup (tally_sim_trace_get_failure (self->trace));
  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    result->n_faults[i] = tally_sim_trace_get_n_faults (self->trace, i);
}

void
tally_sim_world_run (guint32         seed,
                     gboolean        print,
                     const char     *record,
                     TallySimResult *result)
{
  World world = { .rand = g_rand_new_with_seed (seed) };
  TallySimOdds odds = draw_odds (world.rand);
  g_autoptr (TallySimRecord) recorder = NULL;

  if (record != NULL)
    odds.per_mille[TALLY_SIM_FAULT_SERVER_CRASH] = 0;
  world.baton = tally_sim_baton_new (g_rand_int (world.rand));
  world.trace = tally_sim_trace_new (world.baton, print);
  world.clock = tally_sim_clock_new (world.baton);
  world.ledger = tally_sim_ledger_new ();
  world.until_us = (gint64) g_rand_int_range (world.rand, 15, 70) * G_USEC_PER_SEC;
  world.server = tally_sim_server_new (world.trace, TALLY_CLOCK (world.clock),
                                       g_rand_int (world.rand));
  if (record != NULL)
    recorder = tally_sim_record_new (world.server, world.trace, seed, record);
  world.net = tally_sim_net_new (world.baton, world.trace, world.server, &odds,
                                 g_rand_int (world.rand));
  make_devices (&world, &odds);
  tally_sim_baton_spawn (world.baton, "director", director_main, &world);

  tally_sim_baton_run (world.baton);
  tell (&world, result);

  for (guint i = 0; i < world.n_devices; i++)
    tally_sim_device_free (world.devices[i]);
  g_clear_pointer (&world.foreigner, tally_sim_foreigner_free);
  tally_sim_net_free (world.net);
  tally_sim_server_free (world.server);
  tally_sim_ledger_free (world.ledger);
  g_object_unref (world.clock);
  tally_sim_trace_free (world.trace);
  tally_sim_baton_free (world.baton);
  g_rand_free (world.rand);
}
