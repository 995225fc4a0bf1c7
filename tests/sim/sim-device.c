/* sim-device.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-device.h"

#include "remote/couchdb/tally-couchdb-remote.h"
#include "schedule/tally-readiness.h"
#include "schedule/tally-scheduler.h"
#include "sim/sim-clock.h"
#include "sim/sim-transport.h"

#define STORE_PATH "store.db"

/* No device sleeps longer without looking about. */
#define LOOK_US (60 * G_USEC_PER_SEC)

struct _TallySimDevice
{
  TallySimDeviceOptions  given;
  char                  *name;          /* owned */

  GRand                 *rand;          /* owned */
  TallySimClock         *sim_clock;     /* owned */
  TallyClock            *clock;         /* unowned: the same */
  TallySimVfs           *disk;          /* owned */
  TallyTransport        *transport;     /* owned */
  TallySimUser          *user;          /* owned */
  TallyStore            *store;         /* owned, nullable: after both actors have ended */

  GCancellable          *cancellable;   /* owned: of the life it is in */
  GCancellable          *run;           /* owned, nullable: of the run under way */
  TallyScheduleFacts     facts;         /* of the life it is in */
  gint64                 offline_until_us;
  guint                  life;          /* counts up with every restart */
  TallySimCrash          crash;         /* the next one's kind */
  gboolean               user_down;     /* the user's connection of this life is closed */
  gboolean               user_over;
  TallySimActor         *agent_actor;
  TallySimActor         *user_actor;
  guint                  n_over;
};

static TallyStore *
open_store (TallySimDevice  *self,
            GError         **error)
{
  TallyStoreOptions options = {
    .path = STORE_PATH,
    .vfs = tally_sim_vfs_get_name (self->disk),
    .clock = self->clock,
    .rand = self->rand,
    .machine_id = self->name,
  };

  return tally_store_open (&options, error);
}

static gboolean
is_going (TallySimDevice *self)
{
  return tally_sim_baton_get_now_us (self->given.baton) < self->given.until_us;
}

static gboolean
is_awake (TallySimDevice *self)
{
  return tally_sim_baton_get_now_us (self->given.baton) < self->given.over_us;
}

static gboolean
is_dead (TallySimDevice *self)
{
  return tally_sim_vfs_is_dead (self->disk);
}

/* Everything of a dead device stops where it waits. */
static void
fall (TallySimDevice *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->run != NULL)
    g_cancellable_cancel (self->run);
}

/* A store may fail when its disk is dead, and only then. */
static void
note_failure (TallySimDevice *self,
              const char     *what,
              const GError   *error)
{
  if (is_dead (self))
    fall (self);
  else
    tally_sim_trace_fail (self->given.trace, "%s: %s: %s", self->name, what,
                          error != NULL ? error->message : "no error");
}

static gboolean
nap (TallySimDevice *self,
     gint32          most_ms)
{
  gint64 duration_us = (gint64) g_rand_int_range (self->rand, 1, most_ms) * 1000;

  return tally_clock_sleep_us (self->clock, duration_us, self->cancellable, NULL) &&
         !is_dead (self);
}

static void
describe (GString             *out,
          const char          *role,
          const TallyRevision *revision)
{
  if (revision == NULL)
    return;

  g_string_append_printf (out, " %s %.10s%s(", role, revision->rev, revision->deleted ? "-" : "");
  for (guint i = 0; revision->ancestors[i] != NULL; i++)
    g_string_append_printf (out, "%s%.10s", i > 0 ? " " : "", revision->ancestors[i]);
  g_string_append_c (out, ')');
}

static char *
dup_description (const TallyRecord *record)
{
  GString *out = g_string_new (record->key);

  describe (out, "base", record->base);
  describe (out, "local", record->local);
  describe (out, "remote", record->remote);
  describe (out, "sent", record->outbox != NULL ? record->outbox->sent : NULL);
  for (guint i = 0; i < record->leaves->len; i++)
    describe (out, "leaf", record->leaves->pdata[i]);
  for (guint i = 0; record->outbox != NULL && record->outbox->closes[i] != NULL; i++)
    g_string_append_printf (out, " closes %.10s", record->outbox->closes[i]);

  return g_string_free (out, FALSE);
}

/* A conflict that is open in this store must have somebody else in it. */
static void
check_conflicts (TallySimDevice *self,
                 TallyStore     *store)
{
  g_autoptr (GPtrArray) conflicts = tally_store_list_conflicts (store, 0, 100, NULL);

  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      TallyRecord *record = conflicts->pdata[i];
      g_autofree char *description = dup_description (record);

      tally_sim_trace_add (self->given.trace, self->name, "conflict %s", description);
      if (tally_sim_ledger_is_own_conflict (self->given.ledger, self->given.index, record))
        tally_sim_trace_fail (self->given.trace, "%s is in conflict with itself over %s",
                              self->name, record->key);
    }
}

/* The server is never another one here: whoever says so is mistaken. Nor may a sound disk fail. */
static void
check_errors (TallySimDevice *self,
              const TallyRun *run)
{
  for (guint i = 0; i < run->errors->len; i++)
    {
      const TallyRunError *failure = run->errors->pdata[i];
      const char *code = failure->reason->code;

      if (g_str_equal (code, "recreated") || g_str_equal (code, "failed") ||
          g_str_has_prefix (code, "store-"))
        tally_sim_trace_fail (self->given.trace, "%s: a run claims %s", self->name, code);
    }
}

static TallyRun *
sync_once (TallySimDevice  *self,
           TallyStore      *store,
           TallyRemote     *remote,
           const char      *trigger,
           GError         **error)
{
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = self->clock,
    .trigger = trigger,
    .page_rows = self->given.page_rows,
  };
  TallyRun *run;

  self->run = g_cancellable_new ();
  run = tally_sync_run (&options, self->run, error);
  g_clear_object (&self->run);
  if (run == NULL)
    return NULL;

  tally_sim_trace_add (self->given.trace, self->name,
                       "run (%s) %s: pulled %u pushed %u conflicts %u/%u", trigger, run->status,
                       run->n_pulled, run->n_pushed, run->n_auto_resolved, run->n_needs_user);
  check_errors (self, run);
  check_conflicts (self, store);

  return run;
}

static TallyRemote *
new_remote (TallySimDevice *self)
{
  g_autoptr (TallyHttpClient) client = tally_http_client_new (self->transport, self->clock,
                                                              self->rand);

  return tally_couchdb_remote_new (client, TALLY_SIM_SERVER_URL);
}

/* What the scheduler says: the trigger, or NULL when this life or the world is over. */
static const char *
wait_for_turn (TallySimDevice          *self,
               const TallyScheduleRule *rule)
{
  while (is_awake (self) && !is_dead (self))
    {
      gint64 now_us = tally_clock_now_us (self->clock);
      gboolean online = now_us >= self->offline_until_us;
      TallyReadinessFacts readiness = { .has_connection = TRUE, .online = online };
      g_autoptr (TallyReason) obstacle = tally_readiness_check (&readiness);
      TallyScheduleStep step;
      gint64 wake_us = now_us + LOOK_US;

      if (online && self->offline_until_us > 0)
        {
          self->facts.network_regained = TRUE;
          self->offline_until_us = 0;
          tally_sim_transport_set_offline (TALLY_SIM_TRANSPORT (self->transport), FALSE);
        }

      self->facts.now_us = now_us;
      self->facts.ready = obstacle == NULL;
      step = tally_schedule_step (rule, &self->facts);
      if (step.trigger != NULL)
        return step.trigger;

      if (step.wake_us != 0)
        wake_us = MIN (wake_us, step.wake_us);
      if (!online)
        wake_us = MIN (wake_us, self->offline_until_us);
      if (!tally_clock_sleep_us (self->clock, wake_us - now_us, self->cancellable, NULL))
        return NULL;
    }

  return NULL;
}

static void
note_begin (TallySimDevice *self)
{
  self->facts.started = TRUE;
  self->facts.first_edit_us = 0;
  self->facts.last_edit_us = 0;
  self->facts.network_regained = FALSE;
  self->facts.poked = FALSE;
}

static void
note_end (TallySimDevice          *self,
          const TallyScheduleRule *rule,
          const TallyRun          *run)
{
  self->facts.last_end_us = tally_clock_now_us (self->clock);
  self->facts.n_failures = g_str_equal (run->status, "failed") ? self->facts.n_failures + 1 : 0;
  if (self->facts.n_failures > 0)
    self->facts.retry_us = tally_schedule_draw_retry (rule, self->facts.n_failures,
                                                      self->facts.last_end_us, self->rand);
}

/* One life of the agent: until its device dies or the time is over. */
static void
live (TallySimDevice *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyStore) store = open_store (self, &error);
  g_autoptr (TallyRemote) remote = new_remote (self);
  TallyScheduleRule rule = tally_schedule_rule_default;
  const char *trigger;

  if (store == NULL)
    {
      note_failure (self, "open", error);
      return;
    }

  rule.interval_us = self->given.interval_us;
  rule.retry_cap_us = self->given.interval_us;
  self->facts = (TallyScheduleFacts) { 0 };

  while ((trigger = wait_for_turn (self, &rule)) != NULL)
    {
      g_autoptr (TallyRun) run = NULL;

      note_begin (self);
      run = sync_once (self, store, remote, trigger, &error);
      if (run == NULL)
        {
          note_failure (self, "run", error);
          return;
        }
      note_end (self, &rule, run);
    }
}

/* A death to come, or none. */
static void
arm (TallySimDevice *self)
{
  const TallySimOdds *odds = &self->given.odds;
  int draw = g_rand_int_range (self->rand, 0, 1000);

  if (draw < odds->per_mille[TALLY_SIM_FAULT_KILL])
    self->crash = TALLY_SIM_CRASH_KILL;
  else if (draw < odds->per_mille[TALLY_SIM_FAULT_KILL] + odds->per_mille[TALLY_SIM_FAULT_POWER])
    self->crash = TALLY_SIM_CRASH_POWER;
  else
    return;

  tally_sim_vfs_crash_after (self->disk, g_rand_int_range (self->rand, 1, 500));
}

static gboolean
happens (TallySimDevice *self,
         TallySimFault   fault)
{
  if (g_rand_int_range (self->rand, 0, 1000) >= self->given.odds.per_mille[fault])
    return FALSE;

  tally_sim_trace_add_fault (self->given.trace, self->name, fault);

  return TRUE;
}

/* A clock that is wrong by up to two days. */
static void
set_clock (TallySimDevice *self)
{
  gint64 skew_us = 0;

  if (happens (self, TALLY_SIM_FAULT_SKEW))
    skew_us = (gint64) g_rand_int_range (self->rand, -2 * 86400, 2 * 86400) * G_USEC_PER_SEC;
  tally_sim_clock_set_skew (self->sim_clock, skew_us);
}

static void
restart (TallySimDevice *self)
{
  gboolean lost;

  tally_sim_trace_add_fault (self->given.trace, self->name,
                             self->crash == TALLY_SIM_CRASH_KILL ? TALLY_SIM_FAULT_KILL
                                                                 : TALLY_SIM_FAULT_POWER);
  lost = tally_sim_vfs_restart (self->disk, self->crash);
  tally_sim_trace_add (self->given.trace, self->name, "up again%s", lost ? ", writes lost" : "");
}

static void
agent_main (gpointer data)
{
  TallySimDevice *self = data;

  set_clock (self);
  arm (self);

  while (TRUE)
    {
      live (self);
      while (!self->user_down)
        {
          if (is_dead (self))
            fall (self);
          tally_sim_baton_wait (self->given.baton);
        }

      if (!is_dead (self))
        break;

      restart (self);
      set_clock (self);

      g_clear_object (&self->cancellable);
      self->cancellable = g_cancellable_new ();
      self->user_down = self->user_over;
      self->life++;
      if (is_going (self))
        arm (self);
      tally_sim_baton_wake (self->given.baton, self->user_actor);
    }

  self->n_over++;
}

/* What happens around somebody who works: the network goes, a run is stopped, a poke comes in. */
static void
disturb (TallySimDevice *self)
{
  gint64 now_us = tally_clock_now_us (self->clock);

  if (happens (self, TALLY_SIM_FAULT_OFFLINE))
    {
      self->offline_until_us = now_us + g_rand_int_range (self->rand, 5, 40) * G_USEC_PER_SEC;
      tally_sim_transport_set_offline (TALLY_SIM_TRANSPORT (self->transport), TRUE);
    }
  if (self->run != NULL && happens (self, TALLY_SIM_FAULT_CANCEL))
    g_cancellable_cancel (self->run);
  if (g_rand_int_range (self->rand, 0, 8) == 0)
    self->facts.poked = TRUE;
}

static void
note_edit (TallySimDevice *self)
{
  self->facts.last_edit_us = tally_clock_now_us (self->clock);
  if (self->facts.first_edit_us == 0)
    self->facts.first_edit_us = self->facts.last_edit_us;
}

static void
use (TallySimDevice *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyStore) store = open_store (self, &error);

  if (store == NULL)
    {
      note_failure (self, "the user's open", error);
      return;
    }

  while (is_going (self) && nap (self, 4000))
    {
      disturb (self);
      if (self->given.edits)
        {
          if (!tally_sim_user_act (self->user, store, &error))
            {
              note_failure (self, "the user", error);
              return;
            }
          note_edit (self);
        }
      tally_sim_baton_wake (self->given.baton, self->agent_actor);
    }
}

static void
user_main (gpointer data)
{
  TallySimDevice *self = data;
  guint life;

  do
    {
      life = self->life;
      use (self);
      self->user_down = TRUE;
      if (is_dead (self))
        fall (self);
      tally_sim_baton_wake (self->given.baton, self->agent_actor);

      /* Somebody without power waits until it is back. */
      while (is_going (self) && life == self->life)
        tally_sim_baton_sleep (self->given.baton, G_USEC_PER_SEC);
    }
  while (is_going (self));

  self->user_down = TRUE;
  self->user_over = TRUE;
  tally_sim_baton_wake (self->given.baton, self->agent_actor);
  self->n_over++;
}

TallySimDevice *
tally_sim_device_new (const TallySimDeviceOptions *options)
{
  TallySimDevice *self = g_new0 (TallySimDevice, 1);

  self->given = *options;
  self->name = g_strdup_printf ("dev%u", options->index);
  self->rand = g_rand_new_with_seed (options->seed);
  self->sim_clock = tally_sim_clock_new (options->baton);
  self->clock = TALLY_CLOCK (self->sim_clock);
  self->disk = tally_sim_vfs_new (self->name, g_rand_int (self->rand), self->clock);
  self->transport = tally_sim_transport_new (self->name, options->net, self->clock, self->disk);
  tally_sim_transport_set_ledger (TALLY_SIM_TRANSPORT (self->transport), options->ledger,
                                  options->index);
  self->user = tally_sim_user_new (self->name, options->index, options->n_records, options->baton,
                                   options->trace, options->ledger, g_rand_int (self->rand));
  self->cancellable = g_cancellable_new ();
  self->agent_actor = tally_sim_baton_spawn (options->baton, self->name, agent_main, self);
  self->user_actor = tally_sim_baton_spawn (options->baton, self->name, user_main, self);

  return self;
}

void
tally_sim_device_free (TallySimDevice *self)
{
  g_assert (self->store == NULL);

  tally_sim_user_free (self->user);
  g_object_unref (self->transport);
  tally_sim_vfs_free (self->disk);
  g_object_unref (self->sim_clock);
  g_object_unref (self->cancellable);
  g_rand_free (self->rand);
  g_free (self->name);
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
  tally_sim_vfs_disarm (self->disk);
  self->offline_until_us = MIN (self->offline_until_us,
                                tally_sim_baton_get_now_us (self->given.baton) + 1);
  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    self->given.odds.per_mille[i] = 0;
  tally_sim_baton_wake (self->given.baton, self->agent_actor);
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
  if (is_dead (self))
    restart (self);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  self->store = open_store (self, &error);
  if (self->store == NULL)
    note_failure (self, "open", error);

  return self->store != NULL;
}

void
tally_sim_device_close (TallySimDevice *self)
{
  g_clear_pointer (&self->store, tally_store_close);
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
tally_sim_device_sync (TallySimDevice *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRemote) remote = new_remote (self);
  TallyRun *run = sync_once (self, self->store, remote, "manual", &error);

  if (run == NULL)
    note_failure (self, "run", error);

  return run;
}
