/* sim-device.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-device-private.h"

#include "db/tally-db.h"
#include "sim/sim-memory.h"

/* Dice of its own, so that what else is drawn stays. */
#define PROOF_STREAM 2000
#define DIRECTION_STREAM 3000
#define ASK_STREAM 4000

TallyStore *
tally_sim_device_open_store (TallySimDevice  *self,
                             GError         **error)
{
  TallyStoreOptions options = {
    .path = TALLY_SIM_STORE_PATH,
    .vfs = tally_sim_vfs_get_name (self->disk),
    .clock = self->clock,
    .rand = self->rand,
    .machine_id = self->name,
  };

  return tally_store_open (&options, error);
}

/* A world that has failed already ends soon, or some mistakes would never let it. */
static gboolean
is_before (TallySimDevice *self,
           gint64          end_us)
{
  return tally_sim_baton_get_now_us (self->given.baton) < end_us &&
         tally_sim_trace_get_failure (self->given.trace) == NULL;
}

gboolean
tally_sim_device_is_going (TallySimDevice *self)
{
  return is_before (self, self->given.until_us);
}

gboolean
tally_sim_device_is_awake (TallySimDevice *self)
{
  return is_before (self, self->given.over_us);
}

gboolean
tally_sim_device_is_dead (TallySimDevice *self)
{
  return tally_sim_vfs_is_dead (self->disk);
}

void
tally_sim_device_fall (TallySimDevice *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->run != NULL)
    g_cancellable_cancel (self->run);
}

gboolean
tally_sim_device_excuse (TallySimDevice *self)
{
  gboolean spoiled = tally_sim_vfs_has_failed (self->disk) || tally_sim_memory_has_failed ();

  return spoiled && self->n_excuses++ == 0;
}

/* What was done to its disk or memory, so that a store that says so tells the truth. */
static gboolean
is_excused (TallySimDevice *self,
            const GError   *error)
{
  if (g_error_matches (error, TALLY_DB_ERROR, TALLY_DB_ERROR_FULL) && self->was_full)
    return TRUE;

  return error != NULL && error->domain == TALLY_DB_ERROR && tally_sim_device_excuse (self);
}

gboolean
tally_sim_device_note_failure (TallySimDevice *self,
                               const char     *what,
                               const GError   *error)
{
  if (tally_sim_device_is_dead (self))
    {
      tally_sim_device_fall (self);
      return FALSE;
    }

  tally_sim_trace_add (self->given.trace, self->name, "%s: %s", what,
                       error != NULL ? error->message : "no error");
  if (is_excused (self, error))
    return TRUE;

  tally_sim_trace_fail (self->given.trace, "%s: %s: %s", self->name, what,
                        error != NULL ? error->message : "no error");
  return FALSE;
}

gboolean
tally_sim_device_nap (TallySimDevice *self,
                      gint32          most_ms)
{
  gint64 duration_us = (gint64) tally_sim_dice_range (&self->dice, 1, most_ms) * 1000;

  return tally_clock_sleep_us (self->clock, duration_us, self->cancellable, NULL) &&
         !tally_sim_device_is_dead (self);
}

void
tally_sim_device_hold (TallySimDevice *self,
                       gboolean        on)
{
  tally_sim_vfs_hold (self->disk, on);
  if (self->given.sweep == TALLY_SIM_SWEEP_NO_MEMORY)
    tally_sim_memory_count (!on && !self->healed);
}

gboolean
tally_sim_device_happens (TallySimDevice *self,
                          TallySimKind    fault,
                          TallySimDice   *dice)
{
  TallySimDice own;

  if (!tally_sim_events_draw (self->given.events, self->given.index, fault,
                              self->given.odds.per_mille[fault], dice != NULL ? dice : &own))
    return FALSE;

  tally_sim_trace_add_fault (self->given.trace, self->name, fault);

  return TRUE;
}

void
tally_sim_device_breathe (TallySimDevice *self)
{
  if (self->full_until_us == 0 || tally_clock_now_us (self->clock) < self->full_until_us)
    return;

  self->full_until_us = 0;
  tally_sim_vfs_set_full (self->disk, FALSE);
}

static gboolean
is_at_work (gpointer data)
{
  TallySimDevice *self = data;
  TallySimActor *actor = tally_sim_baton_get_actor (self->given.baton);

  return actor != NULL && (actor == self->agent_actor || actor == self->user_actor);
}

static void
begin_sweep (TallySimDevice *self)
{
  switch (self->given.sweep)
    {
    case TALLY_SIM_SWEEP_KILL:
    case TALLY_SIM_SWEEP_POWER:
      self->crash = self->given.sweep == TALLY_SIM_SWEEP_KILL ? TALLY_SIM_CRASH_KILL
                                                              : TALLY_SIM_CRASH_POWER;
      tally_sim_vfs_crash_after (self->disk, self->given.sweep_at);
      break;

    case TALLY_SIM_SWEEP_IO_ERROR:
      tally_sim_vfs_fail_after (self->disk, self->given.sweep_at, 1);
      break;

    case TALLY_SIM_SWEEP_NO_MEMORY:
      tally_sim_memory_set_filter (is_at_work, self);
      tally_sim_memory_fail_after (self->given.sweep_at, 1);
      tally_sim_memory_count (TRUE);
      break;

    case TALLY_SIM_SWEEP_NONE:
    default:
      break;
    }
}

/* Between two transactions somebody else may have his turn. */
static void
yield (gpointer data)
{
  TallySimDevice *self = data;

  tally_sim_baton_yield (self->given.baton);
}

static void
make_user (TallySimDevice *self)
{
  TallySimUserOptions options = {
    .actor = self->given.index,
    .n_records = self->given.n_records,
    .baton = self->given.baton,
    .trace = self->given.trace,
    .events = self->given.events,
    .ledger = self->given.ledger,
    .guard = self->guard,
    .regret = self->regret,
  };

  self->user = tally_sim_user_new (&options);
}

TallySimDevice *
tally_sim_device_new (const TallySimDeviceOptions *options)
{
  TallySimDevice *self = g_new0 (TallySimDevice, 1);

  self->given = *options;
  self->name = tally_sim_actor_to_string (options->index);
  self->dice = tally_sim_dice_new (options->seed, options->index);
  self->proof_dice = tally_sim_dice_new (options->seed, PROOF_STREAM + options->index);
  self->ask_dice = tally_sim_dice_new (options->seed, ASK_STREAM + options->index);
  self->ordered = tally_sim_dice_chance (&self->ask_dice, 20);
  self->direction_dice = tally_sim_dice_new (options->seed, DIRECTION_STREAM + options->index);
  self->rand = g_rand_new_with_seed (options->seed);
  self->sim_clock = tally_sim_clock_new (options->baton);
  self->clock = TALLY_CLOCK (self->sim_clock);
  self->disk = tally_sim_vfs_new (self->name, tally_sim_dice_next (&self->dice), self->clock);
  if (options->image != NULL)
    tally_sim_vfs_load (self->disk, options->image);
  tally_sim_vfs_set_yield (self->disk, yield, self);
  self->transport = tally_sim_transport_new (options->index, options->net, self->clock, self->disk,
                                             options->ledger);
  self->rule = tally_schedule_rule_default;
  self->rule.interval_us = options->interval_us;
  self->rule.retry_cap_us = options->interval_us;
  self->grade = g_strdup ("none");
  self->guard = tally_sim_guard_new (options->trace, options->ledger, options->index,
                                     &options->guard);
  self->regret = tally_sim_regret_new (options->index, options->trace, options->ledger, self->guard,
                                       self->disk);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) tally_record_unref);
  make_user (self);
  self->cancellable = g_cancellable_new ();
  begin_sweep (self);
  self->agent_actor = tally_sim_baton_spawn (options->baton, self->name, tally_sim_agent_main,
                                             self);
  self->user_actor = tally_sim_baton_spawn (options->baton, self->name, tally_sim_desk_main, self);

  return self;
}

void
tally_sim_device_free (TallySimDevice *self)
{
  g_assert (self->store == NULL);

  if (self->given.sweep == TALLY_SIM_SWEEP_NO_MEMORY)
    {
      tally_sim_memory_set_filter (NULL, NULL);
      tally_sim_memory_fail_after (0, 0);
    }
  tally_sim_user_free (self->user);
  tally_sim_guard_free (self->guard);
  tally_sim_regret_free (self->regret);
  g_hash_table_unref (self->held);
  g_object_unref (self->transport);
  tally_sim_vfs_free (self->disk);
  g_object_unref (self->sim_clock);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->last_failure, tally_reason_unref);
  g_free (self->grade);
  g_rand_free (self->rand);
  g_free (self);
}

const char *
tally_sim_device_get_name (TallySimDevice *self)
{
  return self->name;
}

void
tally_sim_device_heal (TallySimDevice *self)
{
  self->healed = TRUE;
  tally_sim_memory_count (FALSE);
  tally_sim_vfs_disarm (self->disk);
  self->full_until_us = MIN (self->full_until_us, tally_clock_now_us (self->clock));
  tally_sim_device_breathe (self);
  self->offline_until_us = MIN (self->offline_until_us,
                                tally_sim_baton_get_now_us (self->given.baton) + 1);
  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    self->given.odds.per_mille[i] = 0;
  tally_sim_baton_wake (self->given.baton, self->agent_actor);
}

void
tally_sim_device_calm (TallySimDevice *self)
{
  self->calm = TRUE;
}

gboolean
tally_sim_device_is_home (TallySimDevice *self)
{
  return self->user_over && self->home && self->facts.first_edit_us == 0;
}

void
tally_sim_device_rest (TallySimDevice *self)
{
  self->given.over_us = MIN (self->given.over_us, tally_sim_baton_get_now_us (self->given.baton));
  tally_sim_baton_wake (self->given.baton, self->agent_actor);
}

gboolean
tally_sim_device_was_swept (TallySimDevice *self)
{
  switch (self->given.sweep)
    {
    case TALLY_SIM_SWEEP_KILL:
    case TALLY_SIM_SWEEP_POWER:
      return self->life > 0 || tally_sim_device_is_dead (self);

    case TALLY_SIM_SWEEP_IO_ERROR:
      return tally_sim_vfs_has_failed (self->disk);

    case TALLY_SIM_SWEEP_NO_MEMORY:
      return tally_sim_memory_has_failed ();

    case TALLY_SIM_SWEEP_NONE:
    default:
      return FALSE;
    }
}

gboolean
tally_sim_device_is_over (TallySimDevice *self)
{
  return self->n_over == 2;
}

gboolean
tally_sim_device_open (TallySimDevice *self)
{
  g_autoptr (GError) error = NULL;

  tally_sim_vfs_disarm (self->disk);
  if (tally_sim_device_is_dead (self))
    {
      g_clear_pointer (&self->store, tally_store_close);
      tally_sim_vfs_restart (self->disk, self->crash);
    }
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  if (self->store == NULL)
    self->store = tally_sim_device_open_store (self, &error);
  if (self->store == NULL)
    tally_sim_trace_fail (self->given.trace, "%s: open: %s", self->name, error->message);

  return self->store != NULL;
}

void
tally_sim_device_close (TallySimDevice *self)
{
  g_clear_pointer (&self->store, tally_store_close);
}

const TallyReason *
tally_sim_device_get_last_failure (TallySimDevice *self)
{
  return self->last_failure;
}

TallyStore *
tally_sim_device_get_store (TallySimDevice *self)
{
  return self->store;
}

TallySimUser *
tally_sim_device_get_user (TallySimDevice *self)
{
  return self->user;
}

TallySimVfs *
tally_sim_device_get_disk (TallySimDevice *self)
{
  return self->disk;
}

TallyRun *
tally_sim_device_sync (TallySimDevice *self,
                       TallyProof      proof)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unplanned = NULL;
  gboolean planned = !self->adopt && self->n_syncs++ % 3 == 0;
  g_autoptr (TallyPlan) plan = planned
                               ? tally_sim_plan_make (self, self->store, &unplanned) : NULL;
  TallyRun *run = tally_sim_agent_run (self, self->store, "manual", proof, &error);

  if (run == NULL)
    tally_sim_trace_fail (self->given.trace, "%s: run: %s", self->name, error->message);
  else if (plan != NULL)
    tally_sim_plan_check (self, plan, run);
  else if (unplanned != NULL && !g_str_equal (run->status, "failed"))
    tally_sim_trace_fail (self->given.trace, "%s: no plan of what can be done: %s", self->name,
                          unplanned->message);

  return run;
}

gboolean
tally_sim_device_adopt (TallySimDevice *self,
                        const TallyRun *run)
{
  if (run->errors->len == 0 ||
      !g_str_equal (((TallyRunError *) run->errors->pdata[0])->reason->code, "recreated") ||
      !tally_sim_net_take_late_mark (self->given.net, self->given.index))
    return FALSE;

  self->adopt = TRUE;

  return TRUE;
}
