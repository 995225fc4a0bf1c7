/* sim-world.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-world.h"

#include "sim/sim-clock.h"
#include "sim/sim-foreigner.h"
#include "sim/sim-memory.h"
#include "sim/sim-odds.h"
#include "sim/sim-operator.h"
#include "sim/sim-oracle.h"
#include "sim/sim-record.h"
#include "sim/sim-template.h"

/* How long the agents have, once everything is sound again, to bring everything home by
 * themselves: a client's patience with the network, a retry, an interval, and some. */
#define CALM_US (150 * G_USEC_PER_SEC)

/* Without trouble in the network three intervals will do, and a sweep is long enough. */
#define GOLDEN_CALM_US (60 * G_USEC_PER_SEC)
#define GOLDEN_INTERVAL 20
#define GOLDEN_US (12 * G_USEC_PER_SEC)
#define GOLDEN_PAUSE_MS 1500

/* Rounds of runs on all devices until nothing moves; twice as many as any seed has needed. */
#define MAX_ROUNDS 12

/* What a run with nothing to do may cost. */
#define MAX_IDLE_REQUESTS 6

/* Dice of the guard's own, so that what else is drawn stays. */
#define GUARD_STREAM 1000
#define BENDING_STREAM 5000

/* A settlement may meet another one: conflicts cannot go on for ever though. */
#define MAX_SETTLEMENTS 60

typedef struct
{
  TallySimWorldOptions given;
  TallySimDice    dice;
  TallySimOdds    odds;
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimClock  *clock;      /* the server's */
  TallySimServer *server;
  TallySimRecord *recorder;   /* nullable */
  TallySimNet    *net;
  TallySimLedger *ledger;
  TallySimDevice *devices[TALLY_SIM_MAX_DEVICES];
  guint           n_devices;
  guint           n_quiet_requests;   /* that the last round with nothing to do took */
  gboolean        bends;      /* the server keeps numbers as doubles */
  TallySimForeigner *foreigner;   /* nullable */
  TallySimOperator  *operator;
  gint64          until_us;
  gint32          pause_ms;      /* at most, between two things that somebody does */
  TallySimResult *result;
} World;

void
tally_sim_result_clear (TallySimResult *self)
{
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->list, g_array_unref);
}

static void
draw_odds (World *self)
{
  if (self->given.even > 0)
    tally_sim_odds_even (&self->odds, self->given.even);
  else if (!self->given.golden)
    tally_sim_odds_draw (&self->odds, &self->dice);
  /* A record is of what a server was asked to keep, and that must be so. */
  if (self->given.record != NULL)
    tally_sim_odds_keep (&self->odds);
}

/* Two meet most often; more of them bring settlements that cross. */
static guint
draw_n_devices (World *self)
{
  static const guint of_twenty[] = { 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5 };

  if (self->given.golden)
    return 2;

  return of_twenty[tally_sim_dice_range (&self->dice, 0, G_N_ELEMENTS (of_twenty))];
}

/* In some worlds people are in a hurry: then much happens in the middle of a run. */
static void
draw_pace (World *self)
{
  gboolean hurried = tally_sim_dice_chance (&self->dice, 25);

  self->pause_ms = hurried ? 120 : 4000;
  self->until_us = tally_sim_dice_range (&self->dice, hurried ? 3 : 15, hurried ? 8 : 70) *
                   G_USEC_PER_SEC;
  if (self->given.golden)
    {
      self->pause_ms = GOLDEN_PAUSE_MS;
      self->until_us = GOLDEN_US;
    }
}

static void
make_foreigner (World *self,
                guint  n_records)
{
  TallySimForeignerOptions options = {
    .n_records = n_records,
    .baton = self->baton,
    .trace = self->trace,
    .events = self->events,
    .net = self->net,
    .clock = TALLY_CLOCK (self->clock),
    .ledger = self->ledger,
    .until_us = self->until_us,
  };

  self->foreigner = tally_sim_foreigner_new (&options);
}

static void
make_operator (World *self)
{
  TallySimOperatorOptions options = {
    .baton = self->baton,
    .trace = self->trace,
    .events = self->events,
    .net = self->net,
    .clock = self->clock,
    .odds = self->odds,
    .until_us = self->until_us,
  };

  self->operator = tally_sim_operator_new (&options);
}

/* Some servers keep numbers as doubles. */
static gboolean
draw_bending (World *self)
{
  TallySimDice dice = tally_sim_dice_new (self->given.seed, BENDING_STREAM);

  return !self->given.golden && self->given.record == NULL && tally_sim_dice_chance (&dice, 10);
}

/* With so few records, a guard that says anything asks of every one, or of every second. */
static TallyGuardRule
draw_guard (World *self)
{
  TallySimDice dice = tally_sim_dice_new (self->given.seed, GUARD_STREAM);
  TallyGuardRule rule = { 0 };

  if (!self->given.golden && tally_sim_dice_chance (&dice, 30))
    rule = (TallyGuardRule) { .share = 34, .least = (guint) tally_sim_dice_range (&dice, 1, 3) };

  return rule;
}

static void
make_people (World *self)
{
  TallyGuardRule guard = draw_guard (self);
  guint n_records = (guint) tally_sim_dice_range (&self->dice, 1, 5);

  /* One world in five has a single writer: any conflict there is the engine's own making. */
  guint only = (guint) tally_sim_dice_range (&self->dice, 0, 10);

  gboolean fresh = tally_sim_dice_chance (&self->dice, 10);

  self->n_devices = draw_n_devices (self);
  for (guint i = 0; i < self->n_devices; i++)
    {
      TallySimDeviceOptions options = {
        .index = i,
        .n_records = n_records,
        .edits = only > 1 || only == i || self->given.golden,
        .pause_ms = self->pause_ms,
        .seed = tally_sim_dice_next (&self->dice),
        .image = fresh ? NULL : tally_sim_template_get_store (),
        .baton = self->baton,
        .trace = self->trace,
        .events = self->events,
        .net = self->net,
        .ledger = self->ledger,
        .odds = self->odds,
        .guard = guard,
        .page_rows = (guint) tally_sim_dice_range (&self->dice, 1, 5),
        .interval_us = tally_sim_dice_range (&self->dice, 10, self->given.golden
                                                                ? GOLDEN_INTERVAL : 60) *
                       G_USEC_PER_SEC,
        .until_us = self->until_us,
        .over_us = self->until_us + (self->given.golden ? GOLDEN_CALM_US : CALM_US),
        .sweep = i == 0 ? self->given.sweep : TALLY_SIM_SWEEP_NONE,
        .sweep_at = self->given.sweep_at,
      };

      self->devices[i] = tally_sim_device_new (&options);
    }

  /* What only a foreigner had seen when his server lost it is nobody's to give back. */
  if (only > 1 && !tally_sim_odds_lose (&self->odds) && tally_sim_dice_chance (&self->dice, 33))
    make_foreigner (self, n_records);
  make_operator (self);
}

/* Where everything is equal, everything can be proven, and is counted. */
static void
check_claim (World          *self,
             TallySimDevice *device,
             TallyProof      proof,
             const TallyRun *run)
{
  if (proof == TALLY_PROOF_COMPARED &&
      (!g_str_equal (run->grade, "compared") || run->n_equal != run->n_compared))
    tally_sim_trace_fail (self->trace, "%s proves no more than %s, %u of %u",
                          tally_sim_device_get_name (device), run->grade, run->n_equal,
                          run->n_compared);
}

/* Nothing is left over but what the guard asks about, and numbers that a server would bend. */
static gboolean
is_sound (const TallyRun *run)
{
  gboolean bent = run->errors->len > 0;

  for (guint i = 0; i < run->errors->len; i++)
    bent = bent && g_str_equal (((TallyRunError *) run->errors->pdata[i])->reason->code,
                                "bends-value");

  return g_strcmp0 (run->status, "success") == 0 ||
         (g_strcmp0 (run->status, "partial") == 0 && (run->n_guarded > 0 || bent));
}

/* A run of that device; FALSE: its store failed. *moved: whether anything was pulled or pushed. */
static gboolean
sync_one (World          *self,
          TallySimDevice *device,
          TallyProof      proof,
          gboolean       *moved)
{
  g_autoptr (TallyRun) run = tally_sim_device_sync (device, proof);

  if (run == NULL)
    return FALSE;

  *moved = tally_sim_device_adopt (device, run);
  if (*moved)
    return TRUE;
  if (!is_sound (run))
    tally_sim_trace_fail (self->trace, "%s: a run on a sound network is %s (%s)",
                          tally_sim_device_get_name (device), run->status,
                          run->errors->len > 0
                          ? ((TallyRunError *) run->errors->pdata[0])->reason->code : "-");
  check_claim (self, device, proof, run);
  *moved = run->n_pulled + run->n_pushed + run->n_deleted > 0;

  return TRUE;
}

/* One round of runs; FALSE: a store failed. *n_moved: how many devices pulled or pushed anything. */
static gboolean
sync_all (World      *self,
          TallyProof  proof,
          guint      *n_moved)
{
  *n_moved = 0;
  for (guint i = 0; i < self->n_devices; i++)
    {
      gboolean moved;

      if (!sync_one (self, self->devices[i], proof, &moved))
        return FALSE;
      *n_moved += moved;
    }

  return tally_sim_trace_get_failure (self->trace) == NULL;
}

static guint
count_requests (World *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_devices; i++)
    n += tally_sim_net_get_n_requests (self->net, i);

  return n;
}

static guint
draw_device (World *self)
{
  return (guint) tally_sim_dice_range (&self->dice, 0, (gint32) self->n_devices);
}

/* One device after the other, until each has had a run since anything moved. */
static gboolean
sync_until_quiet (World *self,
                  guint  first)
{
  guint next = first;
  guint n_quiet = 0;
  guint before = count_requests (self);

  for (guint n = 0; n_quiet < self->n_devices && n < MAX_ROUNDS * self->n_devices; n++)
    {
      gboolean moved;

      if (!sync_one (self, self->devices[next], TALLY_PROOF_CHECKED, &moved))
        return FALSE;
      n_quiet = moved ? 0 : n_quiet + 1;
      if (moved)
        before = count_requests (self);
      next = (next + 1) % self->n_devices;
    }

  self->n_quiet_requests = count_requests (self) - before;
  if (n_quiet < self->n_devices)
    tally_sim_trace_fail (self->trace, "restless: still moving after %d rounds", MAX_ROUNDS);

  return tally_sim_trace_get_failure (self->trace) == NULL;
}

/* What the server refused, people look at and send again. */
static gboolean
retry_all (World *self)
{
  gboolean any = TRUE;

  for (guint n = 0; any && n < MAX_SETTLEMENTS; n++)
    {
      any = FALSE;
      for (guint i = 0; i < self->n_devices; i++)
        {
          TallySimDevice *device = self->devices[i];
          g_autoptr (GError) error = NULL;
          gboolean retried;

          if (!tally_sim_user_retry (tally_sim_device_get_user (device),
                                     tally_sim_device_get_store (device), &retried, &error))
            {
              tally_sim_trace_fail (self->trace, "a retry failed: %s", error->message);
              return FALSE;
            }
          any = any || retried;
        }
      if (any && !sync_until_quiet (self, draw_device (self)))
        return FALSE;
    }

  return !any;
}

/* All that is open on one device: *any. FALSE: its store failed. */
static gboolean
settle_here (World          *self,
             TallySimDevice *device,
             gboolean       *any)
{
  gboolean settled = TRUE;

  *any = FALSE;
  for (guint n = 0; settled && n < MAX_SETTLEMENTS; n++)
    {
      g_autoptr (GError) error = NULL;

      if (!tally_sim_user_settle (tally_sim_device_get_user (device),
                                  tally_sim_device_get_store (device), &settled, &error))
        {
          tally_sim_trace_fail (self->trace, "settling failed: %s", error->message);
          return FALSE;
        }
      *any = *any || settled;
    }

  return TRUE;
}

/* People settle what is left, sometimes both at once and differently. */
static gboolean
settle_all (World    *self,
            gboolean *any)
{
  gboolean open = TRUE;

  *any = FALSE;
  for (guint n = 0; open && n < MAX_SETTLEMENTS; n++)
    {
      guint first = draw_device (self);
      guint last = first;
      guint n_settlers = tally_sim_dice_chance (&self->dice, 25) ? self->n_devices : 1;
      guint n_settled = 0;

      for (guint i = 0; i < self->n_devices && n_settled < n_settlers; i++)
        {
          gboolean settled;

          last = (first + i) % self->n_devices;
          if (!settle_here (self, self->devices[last], &settled))
            return FALSE;
          n_settled += settled;
        }

      open = n_settled > 0;
      *any = *any || open;
      /* With whoever has something to tell. */
      if (open && !sync_until_quiet (self, last))
        return FALSE;
    }

  if (open)
    tally_sim_trace_fail (self->trace, "conflicts without end");

  return !open;
}

/* What too many deletions wait for. *any: somebody was asked. */
static gboolean
answer_all (World    *self,
            gboolean *any)
{
  *any = FALSE;
  for (guint i = 0; i < self->n_devices; i++)
    {
      TallySimDevice *device = self->devices[i];
      g_autoptr (GError) error = NULL;
      gboolean answered = TRUE;

      for (guint n = 0; answered && n < MAX_SETTLEMENTS; n++)
        {
          if (!tally_sim_user_answer (tally_sim_device_get_user (device),
                                      tally_sim_device_get_store (device), &answered, &error))
            {
              tally_sim_trace_fail (self->trace, "an answer failed: %s", error->message);
              return FALSE;
            }
          *any = *any || answered;
        }
    }

  return !*any || sync_until_quiet (self, draw_device (self));
}

/* A settlement may delete, or not be to the server's liking; an answer may bring up a conflict. */
static gboolean
let_people_finish (World *self)
{
  gboolean any = TRUE;

  for (guint n = 0; any && n < MAX_SETTLEMENTS; n++)
    {
      gboolean settled;

      if (!retry_all (self) || !settle_all (self, &settled) || !answer_all (self, &any))
        return FALSE;
      any = any || settled;
    }

  if (any)
    tally_sim_trace_fail (self->trace, "questions without end");

  return !any;
}

/* Without anybody's help everything must have left the devices that may. */
static void
check_home (World          *self,
            TallySimDevice *device)
{
  TallyStoreCounts counts = { 0 };
  const TallyReason *failure = tally_sim_device_get_last_failure (device);

  if (failure != NULL)
    tally_sim_trace_fail (self->trace, "%s: the last run of the calm failed (%s)",
                          tally_sim_device_get_name (device), failure->code);
  if (!tally_store_count (tally_sim_device_get_store (device), &counts, NULL) ||
      counts.n_pending > 0)
    tally_sim_trace_fail (self->trace, "%s: %u edits still wait after the calm",
                          tally_sim_device_get_name (device), counts.n_pending);
}

/* When nothing has happened, nothing is to be done: a run reads little and writes nothing. The first
 * after a move may still look after it. */
static gboolean
check_rest (World *self)
{
  if (self->n_quiet_requests > self->n_devices * MAX_IDLE_REQUESTS &&
      !sync_until_quiet (self, draw_device (self)))
    return FALSE;
  if (self->n_quiet_requests > self->n_devices * MAX_IDLE_REQUESTS)
    tally_sim_trace_fail (self->trace, "no rest: %u requests with nothing to do",
                          self->n_quiet_requests);

  return tally_sim_trace_get_failure (self->trace) == NULL;
}

static void
heal_and_judge (World *self)
{
  guint n_moved;
  TallySimOracle oracle = {
    .trace = self->trace,
    .net = self->net,
    .ledger = self->ledger,
    .devices = self->devices,
    .n_devices = self->n_devices,
    .bends = self->bends,
  };

  for (guint i = 0; i < self->n_devices; i++)
    if (!tally_sim_device_open (self->devices[i]))
      return;
  for (guint i = 0; i < self->n_devices; i++)
    check_home (self, self->devices[i]);

  if (!sync_until_quiet (self, draw_device (self)))
    return;
  tally_sim_oracle_check_quiet (&oracle);
  if (tally_sim_trace_get_failure (self->trace) == NULL && let_people_finish (self) &&
      check_rest (self) && sync_all (self, TALLY_PROOF_COMPARED, &n_moved))
    tally_sim_oracle_check_end (&oracle);
}

/* The places of a sweep are those before the healing. */
static void
measure (World *self)
{
  TallySimVfs *disk = tally_sim_device_get_disk (self->devices[0]);

  self->result->n_ops = tally_sim_vfs_get_n_ops (disk);
  self->result->n_calls = tally_sim_vfs_get_n_calls (disk);
  self->result->n_memory = tally_sim_memory_get_n ();
  self->result->swept = tally_sim_device_was_swept (self->devices[0]);
}

/* Nobody but the agents does anything any more. */
static gboolean
is_calm (World *self)
{
  return tally_sim_net_is_idle (self->net) &&
         (self->foreigner == NULL || tally_sim_foreigner_is_over (self->foreigner)) &&
         tally_sim_operator_is_over (self->operator);
}

/* The calm is long enough for whoever waits longest; where all are home before, it is over. */
static void
end_calm (World *self)
{
  gboolean home = !self->given.golden;

  if (!is_calm (self))
    return;

  for (guint i = 0; i < self->n_devices; i++)
    tally_sim_device_calm (self->devices[i]);
  for (guint i = 0; i < self->n_devices; i++)
    home = home && tally_sim_device_is_home (self->devices[i]);
  for (guint i = 0; home && i < self->n_devices; i++)
    tally_sim_device_rest (self->devices[i]);
}

/* The actor that waits for the end of the troubles and cleans up. */
static void
director_main (gpointer data)
{
  World *self = data;
  gboolean over = FALSE;

  tally_sim_baton_sleep (self->baton, self->until_us);
  tally_sim_trace_add (self->trace, "world", "healing");
  measure (self);
  tally_sim_net_heal (self->net);
  for (guint i = 0; i < self->n_devices; i++)
    tally_sim_device_heal (self->devices[i]);

  while (!over)
    {
      tally_sim_baton_sleep (self->baton, G_USEC_PER_SEC);
      end_calm (self);
      over = is_calm (self);
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
  result->failure_kind = tally_sim_trace_get_failure_kind (self->trace);
  result->list = g_array_ref (tally_sim_events_get_list (self->events));
  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    result->n_faults[i] = tally_sim_trace_get_n_faults (self->trace, i);
  result->n_edits = tally_sim_ledger_get_n_edits (self->ledger);
  result->n_served = tally_sim_net_get_n_served (self->net);
  for (guint i = 0; i < self->n_devices; i++)
    result->n_sent += tally_sim_net_get_n_requests (self->net, i);
}

static void
make (World *self)
{
  TallySimNetOptions net = { 0 };

  self->dice = tally_sim_dice_new (self->given.seed, 0);
  self->baton = tally_sim_baton_new (tally_sim_dice_next (&self->dice));
  self->trace = tally_sim_trace_new (self->baton, self->given.print);
  self->events = tally_sim_events_new (self->given.seed, self->given.only);
  self->clock = tally_sim_clock_new (self->baton);
  self->ledger = tally_sim_ledger_new (self->trace);
  draw_odds (self);
  draw_pace (self);
  self->server = tally_sim_server_new (self->trace, TALLY_CLOCK (self->clock),
                                       tally_sim_dice_next (&self->dice));
  self->bends = draw_bending (self);
  if (self->bends)
    tally_sim_server_bend (self->server);
  if (self->given.record != NULL)
    self->recorder = tally_sim_record_new (self->server, self->trace, self->given.seed,
                                           self->given.record);

  net = (TallySimNetOptions) {
    .baton = self->baton, .trace = self->trace, .events = self->events, .server = self->server,
    .ledger = self->ledger, .odds = self->odds,
  };
  self->net = tally_sim_net_new (&net);
  make_people (self);
  tally_sim_baton_spawn (self->baton, "director", director_main, self);
}

static void
clear (World *self)
{
  for (guint i = 0; i < self->n_devices; i++)
    tally_sim_device_free (self->devices[i]);
  g_clear_pointer (&self->foreigner, tally_sim_foreigner_free);
  tally_sim_operator_free (self->operator);
  tally_sim_net_free (self->net);
  g_clear_pointer (&self->recorder, tally_sim_record_free);
  tally_sim_server_free (self->server);
  tally_sim_ledger_free (self->ledger);
  g_object_unref (self->clock);
  tally_sim_events_free (self->events);
  tally_sim_trace_free (self->trace);
  tally_sim_baton_free (self->baton);
}

void
tally_sim_world_run (const TallySimWorldOptions *options,
                     TallySimResult             *result)
{
  World world = { .given = *options, .result = result };

  *result = (TallySimResult) { 0 };
  tally_sim_template_get_store ();
  make (&world);
  tally_sim_baton_run (world.baton);
  tell (&world, result);
  clear (&world);
}
