/* sim-agent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-device-private.h"

#include "base/tally-json-text.h"
#include "remote/couchdb/tally-couchdb-remote.h"
#include "schedule/tally-readiness.h"
#include "schedule/tally-state-sentence.h"
#include "sim/sim-truth.h"

/* What the service does around the engine: asks the scheduler, runs, remembers how it ended, says
 * how things stand. */

/* No device sleeps longer without looking about. */
#define LOOK_US (60 * G_USEC_PER_SEC)

/* The storm oracle: no device may send more, or end more runs, in such a window. No sound device of
 * the seeds in the check comes there; one without back-off does at once. */
#define STORM_US (30 * G_USEC_PER_SEC)
#define STORM_REQUESTS 700
#define STORM_RUNS 100

/* --- after a run --- */

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

static gboolean
means_the_same (const TallyRevision *a,
                const TallyRevision *b)
{
  if (a->deleted || b->deleted)
    return a->deleted && b->deleted;

  return a->body != NULL && b->body != NULL && tally_json_text_equal (a->body, -1, b->body, -1);
}

/* Nobody may be asked about versions that say the same. */
static void
check_worth (TallySimDevice    *self,
             const TallyRecord *record)
{
  g_autoptr (GPtrArray) open = tally_record_open_leaves (record);
  gboolean same = record->local != NULL && record->remote != NULL &&
                  means_the_same (record->local, record->remote);

  for (guint i = 0; same && i < open->len; i++)
    same = means_the_same (open->pdata[i], record->remote);
  if (same)
    tally_sim_trace_fail (self->given.trace, "%s asks about %s, where all versions say the same",
                          self->name, record->key);
}

static gboolean
is_live_leaf (const TallyRecord   *record,
              const TallyRevision *revision)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (!leaf->deleted && tally_revision_is_same (leaf, revision))
        return TRUE;
    }

  return FALSE;
}

/* What was in conflict before the run, and is with the same revision after it, must not have left
 * in it. */
static void
check_held (TallySimDevice    *self,
            const TallyRecord *record)
{
  const TallyRecord *before = g_hash_table_lookup (self->held, record->key);

  /* Who adopts gives both sides to the server. */
  if (before == NULL || self->gave_back ||
      !tally_revision_is_same (before->local, record->local) ||
      !is_live_leaf (record, before->remote))
    return;

  if (tally_sim_ledger_has_sent (self->given.ledger, self->given.index, record->local))
    tally_sim_trace_fail (self->given.trace, "%s sends the local side of an open conflict: %s",
                          self->name, record->key);
}

static void
note_held (TallySimDevice *self,
           GPtrArray      *conflicts)
{
  g_hash_table_remove_all (self->held);
  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      TallyRecord *record = conflicts->pdata[i];

      if (record->local != NULL &&
          !tally_sim_ledger_has_sent (self->given.ledger, self->given.index, record->local))
        g_hash_table_insert (self->held, g_strdup (record->key), tally_record_ref (record));
    }
}

/* A conflict that is open in this store must have somebody else in it. */
static void
check_conflicts (TallySimDevice *self,
                 TallyStore     *store,
                 const TallyRun *run)
{
  g_autoptr (GPtrArray) conflicts = NULL;

  tally_sim_device_hold (self, TRUE);
  conflicts = tally_store_list_conflicts (store, 0, 100, NULL);
  tally_sim_device_hold (self, FALSE);

  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      TallyRecord *record = conflicts->pdata[i];
      g_autofree char *description = dup_description (record);

      tally_sim_trace_add (self->given.trace, self->name, "conflict %s", description);
      check_held (self, record);
      /* What was typed while the run was on, the next one looks at. */
      if (g_str_equal (run->status, "success") && self->merges && !self->typing &&
          self->facts.first_edit_us == 0)
        check_worth (self, record);
      /* A server that lost the line of a revision takes it for another one. */
      if (tally_sim_net_get_era (self->given.net) == 0 &&
          tally_sim_ledger_is_own_conflict (self->given.ledger, self->given.index, record))
        tally_sim_trace_fail (self->given.trace, "%s is in conflict with itself over %s",
                              self->name, record->key);
    }
  note_held (self, conflicts);
}

/* A run may claim only what can be so. */
static void
check_errors (TallySimDevice *self,
              const TallyRun *run)
{
  gboolean failed = g_str_equal (run->status, "failed");

  if (failed && !g_str_equal (run->grade, "none"))
    tally_sim_trace_fail (self->given.trace, "%s: a failed run claims the grade %s", self->name,
                          run->grade);

  for (guint i = 0; i < run->errors->len; i++)
    {
      const TallyRunError *failure = run->errors->pdata[i];
      const char *code = failure->reason->code;
      gboolean of_store = g_str_equal (code, "failed") || g_str_has_prefix (code, "store-");

      tally_sim_trace_add (self->given.trace, self->name, "  %s %s", code,
                           failure->record != NULL ? failure->record : "");
      if ((g_str_equal (code, "recreated") && tally_sim_net_get_era (self->given.net) == 0) ||
          (of_store && !tally_sim_device_is_dead (self) && !tally_sim_device_excuse (self)))
        tally_sim_trace_fail (self->given.trace, "%s: a run claims %s", self->name, code);
    }
}

/* Attempts are bounded, whatever the server answers. */
static void
check_storm (TallySimDevice *self)
{
  gint64 now_us = tally_clock_now_us (self->clock);
  guint n = tally_sim_net_get_n_requests (self->given.net, self->given.index);

  self->window_runs++;
  if (n - self->window_requests > STORM_REQUESTS || self->window_runs > STORM_RUNS)
    tally_sim_trace_fail (self->given.trace, "%s: a storm of %u requests in %u runs", self->name,
                          n - self->window_requests, self->window_runs);
  if (now_us - self->window_us < STORM_US)
    return;

  self->window_us = now_us;
  self->window_requests = n;
  self->window_runs = 0;
}

/* What waits to be sent. */
static void
tell_outbox (TallySimDevice *self,
             TallyStore     *store)
{
  g_autoptr (GPtrArray) records = NULL;

  tally_sim_device_hold (self, TRUE);
  records = tally_store_list_outbox (store, 0, G_MAXINT64, 100, NULL);
  tally_sim_device_hold (self, FALSE);

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      g_autofree char *description = dup_description (records->pdata[i]);

      tally_sim_trace_add (self->given.trace, self->name, "waits %s", description);
    }
}

/* The sentence in large type: whether it says "up to date". */
static gboolean
tell_state (TallySimDevice *self,
            TallyStore     *store)
{
  g_autoptr (TallyReason) reason = NULL;
  TallyStoreCounts counts;
  TallyReadinessFacts readiness = {
    .has_connection = TRUE, .online = TRUE, .login = self->login,
  };
  g_autoptr (TallyReason) obstacle = tally_readiness_check (&readiness);
  TallyStateFacts facts = {
    .obstacle = obstacle,
    .last_failure = self->last_failure,
    .grade = self->grade,
    .checked_us = self->checked_us,
    .date_us = tally_clock_date_us (self->clock),
    .fresh_us = 2 * self->given.interval_us,
  };
  gboolean counted;
  const char *state;

  tally_sim_device_hold (self, TRUE);
  counted = tally_store_count (store, &counts, NULL);
  tally_sim_device_hold (self, FALSE);
  if (!counted)
    return FALSE;

  self->n_pending = counts.n_pending;
  facts.n_pending = counts.n_pending;
  facts.n_behind = counts.n_behind;
  facts.n_held = counts.n_held;
  facts.n_quarantined = counts.n_quarantined;
  facts.n_problems = counts.n_problems;
  facts.n_conflicts = counts.n_conflicts;
  facts.n_guarded_there = counts.n_guarded_there;
  facts.n_guarded_here = counts.n_guarded_here;
  facts.n_guarded_edits = counts.n_guarded_edits;
  state = tally_state_sentence (&facts, &reason);
  tally_sim_trace_add (self->given.trace, self->name, "state %s", state);
  if (g_str_equal (state, "pending"))
    tell_outbox (self, store);

  return g_str_equal (state, "up-to-date");
}

/* Whether the sentence is true. It is told again after the server was asked: somebody may have
 * typed meanwhile. */
static void
check_state (TallySimDevice *self,
             TallyStore     *store)
{
  g_autoptr (TallySimTruth) truth = NULL;

  if (!tell_state (self, store))
    return;
  if (self->last_failure != NULL)
    tally_sim_trace_fail (self->given.trace, "%s says up to date after a failed run", self->name);

  truth = tally_sim_truth_ask (self->given.net);
  /* A server that was put back after the proof is none that could be compared with. */
  if (truth == NULL || self->checked_era != tally_sim_net_get_era (self->given.net) ||
      !tell_state (self, store))
    return;

  tally_sim_device_hold (self, TRUE);
  tally_sim_truth_check (truth, self->given.trace, self->name, store, self->checked_seq);
  tally_sim_device_hold (self, FALSE);
}

static const TallyReason *
find_failure (const TallyRun *run)
{
  for (guint i = 0; g_str_equal (run->status, "failed") && i < run->errors->len; i++)
    {
      const TallyRunError *failure = run->errors->pdata[i];

      if (failure->record == NULL)
        return failure->reason;
    }

  return NULL;
}

static void
set_failure (TallySimDevice    *self,
             const TallyReason *failure)
{
  g_clear_pointer (&self->last_failure, tally_reason_unref);
  if (failure != NULL)
    self->last_failure = tally_reason_ref (failure);
}

/* What the service remembers of a run; see take_summary() in tally-sync-manager-run.c. */
static void
remember (TallySimDevice *self,
          const TallyRun *run,
          guint           era,
          gint64          seq)
{
  const TallyReason *failure = find_failure (run);
  gboolean stopped = g_str_equal (run->status, "cancelled");

  tally_schedule_note_end (&self->facts, &self->rule,
                           failure != NULL ? TALLY_SCHEDULE_FAILED
                                           : stopped ? TALLY_SCHEDULE_STOPPED
                                                     : TALLY_SCHEDULE_DONE,
                           tally_clock_now_us (self->clock), self->rand);
  tally_schedule_note_wish (&self->facts, tally_clock_now_us (self->clock), run->not_before_us);
  if (!stopped)
    {
      if (failure != NULL || !g_str_equal (run->grade, "none"))
        set_failure (self, failure);
      self->login = failure == NULL ? NULL
                    : g_str_equal (failure->code, "auth-failed") ? "auth-failed"
                    : g_str_equal (failure->code, "forbidden") ? "forbidden" : NULL;
    }
  if (failure == NULL && !stopped)
    self->adopt = FALSE;
  if (!g_str_equal (run->grade, "none"))
    {
      g_free (self->grade);
      self->grade = g_strdup (run->grade);
      self->checked_us = run->ended_us;
      self->checked_era = era;
      self->checked_seq = seq;
    }
}

/* Now and then everything is held against the server. */
static TallyProof
draw_proof (TallySimDevice *self)
{
  if (tally_sim_dice_chance (&self->proof_dice, 92))
    return TALLY_PROOF_CHECKED;

  return tally_sim_dice_chance (&self->proof_dice, 50) ? TALLY_PROOF_VERIFIED
                                                       : TALLY_PROOF_COMPARED;
}

/* A server that never lost anything differs from nobody who was not told so. */
static void
check_proof (TallySimDevice *self,
             const TallyRun *run)
{
  for (guint i = 0; i < run->errors->len; i++)
    {
      const TallyRunError *error = run->errors->pdata[i];

      if ((g_str_equal (error->reason->code, "unequal") ||
           g_str_equal (error->reason->code, "lacking") ||
           g_str_equal (error->reason->code, "bent-there")) &&
          tally_sim_net_get_era (self->given.net) == 0)
        tally_sim_trace_fail (self->given.trace, "%s finds the halves %s (%s)", self->name,
                              error->reason->code, error->record != NULL ? error->record : "-");
    }
}

static void
check_guard (TallySimDevice *self,
             TallyStore     *store,
             const TallyRun *run)
{
  tally_sim_device_hold (self, TRUE);
  tally_sim_guard_end (self->guard, self->name, store);
  tally_sim_device_hold (self, FALSE);
  /* A run that took nothing in deleted nothing; looking costs a connection of its own. */
  if (tally_sim_device_is_dead (self) || run->n_pulled + run->n_deleted == 0)
    return;

  tally_sim_device_hold (self, TRUE);
  tally_sim_guard_check (self->guard, self->name, self->disk, TALLY_SIM_STORE_PATH, run->id);
  tally_sim_device_hold (self, FALSE);
}

/* Everything but the last few runs is long ago. */
static gboolean
forget (TallySimDevice  *self,
        TallyStore      *store,
        GError         **error)
{
  const TallyRetention rule = { .n_kept = 3 };

  tally_sim_trace_add (self->given.trace, self->name, "forgets what is long ago");

  return tally_store_trim (store, &rule, error);
}

static void
check_run (TallySimDevice *self,
           TallyStore     *store,
           const TallyRun *run)
{
  check_guard (self, store, run);
  check_proof (self, run);
  check_errors (self, run);
  check_storm (self);
  check_conflicts (self, store, run);
  if (!tally_sim_device_is_dead (self))
    check_state (self, store);
}

TallyRun *
tally_sim_agent_run (TallySimDevice  *self,
                     TallyStore      *store,
                     const char      *trigger,
                     TallyProof       proof,
                     GError         **error)
{
  g_autoptr (TallyHttpClient) client = tally_http_client_new (self->transport, self->clock,
                                                              self->rand);
  g_autoptr (TallyRemote) remote = tally_couchdb_remote_new (client, TALLY_SIM_SERVER_URL);
  guint era = tally_sim_net_get_era (self->given.net);
  gint64 seq = tally_sim_truth_ask_seq (self->given.net);
  guint n_batches = tally_sim_transport_get_n_batches (TALLY_SIM_TRANSPORT (self->transport));
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = self->clock,
    .trigger = trigger,
    .page_rows = self->given.page_rows,
    .guard = self->given.guard,
    .pace = &self->pace,
  };
  guint n_writes = tally_sim_transport_get_n_writes (TALLY_SIM_TRANSPORT (self->transport));
  gboolean calm = self->calm;
  TallyRun *run;

  if (g_str_equal (trigger, "manual") || g_str_equal (trigger, "network"))
    tally_circuits_retry (&self->circuits);
  tally_http_client_use_circuits (client, &self->circuits);
  self->gave_back = self->adopt;
  self->run = g_cancellable_new ();
  tally_sim_ask_draw (self, store, proof, &options.ask);
  self->merges = !options.ask.look_only && (options.ask.stop_after == TALLY_PHASE_IDLE ||
                                            options.ask.stop_after >= TALLY_PHASE_EXECUTE);
  tally_sim_regret_begin (self->regret, store, tally_sim_user_get_n_acts (self->user));
  tally_sim_device_hold (self, TRUE);
  tally_sim_guard_begin (self->guard, store);
  tally_sim_device_hold (self, FALSE);
  run = tally_sync_run (&options, self->run, error);
  g_clear_object (&self->run);
  if (run == NULL)
    {
      tally_sync_ask_clear (&options.ask);
      return NULL;
    }
  tally_sim_regret_end (self->regret, store, run->id, tally_sim_user_get_n_acts (self->user));

  tally_sim_trace_add (self->given.trace, self->name,
                       "run (%s) %s: pulled %u pushed %u conflicts %u/%u", trigger, run->status,
                       run->n_pulled, run->n_pushed, run->n_auto_resolved, run->n_needs_user);
  remember (self, run, era, seq);
  tally_sim_ask_check (self, &options.ask, run, n_batches, n_writes);
  tally_sync_ask_clear (&options.ask);
  check_run (self, store, run);
  self->home = calm && self->last_failure == NULL && self->n_pending == 0 &&
               !g_str_equal (run->status, "cancelled");
  if (tally_sim_dice_chance (&self->proof_dice, 5) && !forget (self, store, error))
    {
      tally_run_free (run);
      return NULL;
    }

  return run;
}

/* --- between runs --- */

/* After the troubles somebody stands by who answers what a device asks; TRUE: an answer that is
 * acted upon at once. */
static gboolean
let_people_answer (TallySimDevice *self)
{
  if (!self->healed)
    return FALSE;

  self->login = NULL;
  tally_sim_net_unlock (self->given.net, self->given.index);
  if (self->last_failure == NULL || !g_str_equal (self->last_failure->code, "recreated"))
    return FALSE;

  self->adopt = TRUE;

  return TRUE;
}

/* What the scheduler says: the trigger, or NULL when this life or the world is over. */
static const char *
wait_for_turn (TallySimDevice *self)
{
  while (tally_sim_device_is_awake (self) && !tally_sim_device_is_dead (self))
    {
      gint64 now_us = tally_clock_now_us (self->clock);
      gboolean online = now_us >= self->offline_until_us;
      TallyReadinessFacts readiness = {
        .has_connection = TRUE, .online = online, .login = self->login,
      };
      g_autoptr (TallyReason) obstacle = NULL;
      TallyScheduleStep step;
      gint64 wake_us = now_us + LOOK_US;
      gboolean asked;

      tally_sim_device_breathe (self);
      asked = let_people_answer (self);
      readiness.login = self->login;
      obstacle = tally_readiness_check (&readiness);
      if (online && self->offline_until_us > 0)
        {
          self->facts.network_regained = TRUE;
          self->offline_until_us = 0;
          tally_sim_transport_set_offline (TALLY_SIM_TRANSPORT (self->transport), FALSE);
        }

      if (asked && obstacle == NULL)
        return "manual";

      self->facts.now_us = now_us;
      self->facts.ready = obstacle == NULL;
      step = tally_schedule_step (&self->rule, &self->facts);
      if (step.trigger != NULL)
        return step.trigger;

      if (step.wake_us != 0)
        wake_us = MIN (wake_us, step.wake_us);
      if (!online)
        wake_us = MIN (wake_us, self->offline_until_us);
      if (!tally_sim_clock_doze_us (self->sim_clock, wake_us - now_us, self->cancellable, NULL))
        return NULL;
    }

  return NULL;
}

static TallyStore *
open_patiently (TallySimDevice *self)
{
  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      TallyStore *store;

      tally_sim_device_breathe (self);
      store = tally_sim_device_open_store (self, &error);
      if (store != NULL)
        return store;
      if (!tally_sim_device_note_failure (self, "open", error) ||
          !tally_sim_device_nap (self, 2000))
        return NULL;
    }
}

/* One life of the agent: until its device dies or the time is over. */
static void
live (TallySimDevice *self)
{
  g_autoptr (TallyStore) store = open_patiently (self);
  const char *trigger;

  if (store == NULL)
    return;

  self->facts = (TallyScheduleFacts) { 0 };
  self->circuits = (TallyCircuits) { 0 };
  self->pace = (TallyPace) { 0 };
  tally_sim_ask_declare (self, store);
  set_failure (self, NULL);
  /* A program that starts tries the password it has once. */
  self->login = NULL;
  tally_sim_net_unlock (self->given.net, self->given.index);
  self->checked_us = 0;

  while ((trigger = wait_for_turn (self)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TallyRun) run = NULL;

      tally_schedule_note_begin (&self->facts);
      run = tally_sim_agent_run (self, store, trigger, draw_proof (self), &error);
      if (run != NULL)
        continue;
      if (!tally_sim_device_note_failure (self, "run", error))
        return;
      check_storm (self);
      tally_schedule_note_end (&self->facts, &self->rule, TALLY_SCHEDULE_FAILED,
                               tally_clock_now_us (self->clock), self->rand);
    }

  /* It may go on. */
  self->store = g_steal_pointer (&store);
}

/* A death to come, or none. */
static void
arm (TallySimDevice *self)
{
  TallySimDice dice;

  if (tally_sim_events_draw (self->given.events, self->given.index, TALLY_SIM_FAULT_KILL,
                             self->given.odds.per_mille[TALLY_SIM_FAULT_KILL], &dice))
    self->crash = TALLY_SIM_CRASH_KILL;
  else if (tally_sim_events_draw (self->given.events, self->given.index, TALLY_SIM_FAULT_POWER,
                                  self->given.odds.per_mille[TALLY_SIM_FAULT_POWER], &dice))
    self->crash = TALLY_SIM_CRASH_POWER;
  else
    return;

  tally_sim_vfs_crash_after (self->disk, (guint64) tally_sim_dice_range (&dice, 1, 500));
}

/* A clock that is wrong by up to two days. */
static void
set_clock (TallySimDevice *self)
{
  TallySimDice dice;
  gint64 skew_us = 0;

  if (tally_sim_device_happens (self, TALLY_SIM_FAULT_SKEW, &dice))
    skew_us = (gint64) tally_sim_dice_range (&dice, -2 * 86400, 2 * 86400) * G_USEC_PER_SEC;
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

void
tally_sim_agent_main (gpointer data)
{
  TallySimDevice *self = data;

  set_clock (self);
  if (self->given.sweep == TALLY_SIM_SWEEP_NONE)
    arm (self);

  while (TRUE)
    {
      live (self);
      while (!self->user_down)
        {
          if (tally_sim_device_is_dead (self))
            tally_sim_device_fall (self);
          tally_sim_baton_wait (self->given.baton);
        }

      if (!tally_sim_device_is_dead (self))
        break;

      tally_sim_device_close (self);
      restart (self);
      set_clock (self);

      g_clear_object (&self->cancellable);
      self->cancellable = g_cancellable_new ();
      self->user_down = self->user_over;
      self->life++;
      tally_sim_regret_forget (self->regret);
      if (tally_sim_device_is_going (self))
        arm (self);
      tally_sim_baton_wake (self->given.baton, self->user_actor);
    }

  /* Most go on where the troubles end, with all that they remember; others start anew. */
  if (tally_sim_dice_chance (&self->dice, 25))
    tally_sim_device_close (self);
  self->n_over++;
}
