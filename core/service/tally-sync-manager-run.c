/* tally-sync-manager-run.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "config.h"
#include "schedule/tally-readiness.h"

/* The window's rule: updates at most ten times a second. */
#define PROGRESS_US (G_USEC_PER_SEC / 10)
/* As an event: what a log can hold. */
#define EVENT_US G_USEC_PER_SEC

/* --- on the engine's thread --- */

typedef struct
{
  TallySyncManager *manager;   /* owned */
  TallyProgress     progress;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->manager);
  g_free (news);
}

/* Its beginning, each phase, and within one what a person can follow. */
static void
tell_progress (TallySyncManager    *self,
               const TallyProgress *progress)
{
  gint64 now_us = tally_clock_now_us (self->clock);
  g_autofree char *data = NULL;

  if (self->run_id == 0)
    {
      g_autofree char *started = tally_sync_event_started (progress, self->trigger,
                                                           self->counts.n_pending);

      self->run_id = progress->run;
      tally_sync_manager_emit (self, "sync.started", started);
    }
  else if (progress->phase == TALLY_PHASE_IDLE ||
           (progress->phase == self->progress.phase && now_us - self->told_us < EVENT_US))
    return;

  self->told_us = now_us;
  data = tally_sync_event_progress (progress);
  tally_sync_manager_emit (self, "sync.progress", data);
}

static gboolean
take_progress_cb (gpointer data)
{
  News *news = data;
  TallySyncManager *self = news->manager;

  if (self->run == NULL)
    return G_SOURCE_REMOVE;

  tell_progress (self, &news->progress);
  self->progress = news->progress;
  tally_sync_manager_notify (self, "progress");
  if (self->progress.done != self->told_done)
    tally_sync_manager_count (self);

  return G_SOURCE_REMOVE;
}

static void
progress_cb (const TallyProgress *progress,
             gpointer             user_data)
{
  TallySyncJob *run = user_data;
  gint64 now_us = tally_clock_now_us (run->clock);
  g_autoptr (GSource) source = NULL;
  News *news;

  if (progress->phase == run->told_phase && now_us - run->told_us < PROGRESS_US)
    return;

  run->told_us = now_us;
  run->told_phase = progress->phase;
  news = g_new (News, 1);
  news->manager = g_object_ref (run->manager);
  news->progress = *progress;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, take_progress_cb, news, news_free);
  g_source_attach (source, run->context);
}

/* With every run a little: it must not grow for ever. What fails here fails the next time, too, or
 * not; nothing depends on it. */
static void
trim (TallyStore *store)
{
  g_autoptr (GError) error = NULL;
  TallyRetention rule;

  if (!tally_store_get_retention (store, &rule, &error) || !tally_store_trim (store, &rule, &error))
    g_info ("What is long ago stays in the store: %s", error->message);
}

static void
run_job (GTask        *task,
         TallyStore   *store,
         gpointer      task_data,
         GCancellable *cancellable)
{
  TallySyncJob *run = task_data;
  g_autoptr (TallyRemote) remote = tally_sync_job_make_remote (run);
  g_autoptr (TallyRun) result = NULL;
  g_autofree char *since = NULL;
  GError *error = NULL;
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = run->clock,
    .trigger = run->trigger,
    .ask = run->ask,
    .pace = &run->pace,
    .out_of_time = &run->out_of_time,
    .progress = progress_cb,
    .progress_data = run,
  };

  result = tally_sync_run (&options, cancellable, &error);
  if (result != NULL)
    {
      since = tally_store_dup_since (store, NULL);
      trim (store);
    }
  if (result == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, tally_run_summary_new (result, since),
                           (GDestroyNotify) tally_run_summary_free);
}

/* --- on the main loop --- */

static void
set_failure (TallySyncManager  *self,
             const TallyReason *failure)
{
  g_clear_pointer (&self->last_failure, tally_reason_unref);
  if (failure != NULL)
    self->last_failure = tally_reason_ref (failure);
}

static void
note_failure (TallySyncManager  *self,
              const TallyReason *failure)
{
  set_failure (self, failure);
  if (g_str_equal (failure->code, "auth-failed"))
    self->login = "auth-failed";
  else if (g_str_equal (failure->code, "forbidden"))
    self->login = "forbidden";
}

static void
take_summary (TallySyncManager *self,
              TallyRunSummary  *summary)
{
  g_free (self->last_run);
  self->last_run = g_strdup (summary->json);
  g_free (self->since);
  self->since = g_strdup (summary->since);

  if (summary->failure != NULL)
    note_failure (self, summary->failure);
  else if (!g_str_equal (summary->status, "cancelled"))
    self->login = NULL;
  /* One that stopped before it looked leaves open what the last one failed with. */
  if (!g_str_equal (summary->grade, "none"))
    {
      set_failure (self, NULL);
      g_free (self->grade);
      self->grade = g_strdup (summary->grade);
      self->checked_us = summary->ended_us;
      if (!g_str_equal (summary->grade, "checked"))
        self->proved_us = summary->ended_us;
      self->n_equal = summary->n_equal;
      self->n_compared = summary->n_compared;
      tally_sync_manager_notify (self, "grade");
      tally_sync_manager_notify (self, "checked-at");
    }
  tally_sync_manager_notify (self, "last-run");
}

void
tally_sync_manager_go_on (TallySyncManager *self)
{
  if (self->run != NULL || self->n_connecting > 0 || self->waiters->len == 0)
    {
      tally_sync_manager_step (self);
      return;
    }

  if (self->stopped)
    tally_sync_manager_answer_ending (self);
  else
    tally_sync_manager_run_for_waiters (self);
}

/* When the next run would come by itself, as things are; date, 0: it would not. */
static gint64
foresee_next (TallySyncManager *self)
{
  TallyScheduleFacts facts = self->facts;
  TallyScheduleStep step;

  if (!self->scheduler || self->stopped)
    return 0;

  facts.now_us = tally_clock_now_us (self->clock);
  facts.ready = self->obstacle == NULL;
  step = tally_schedule_step (&self->rule, &facts);
  if (step.trigger == NULL && step.wake_us == 0)
    return 0;

  return tally_clock_date_us (self->clock) + MAX (step.wake_us - facts.now_us, 0);
}

/* A run that could not even be written down has no events: it is in nobody's list either. */
static void
tell_end (TallySyncManager      *self,
          const TallyRunSummary *summary)
{
  g_autofree char *failed = NULL;

  if (summary == NULL)
    return;

  if (summary->moved)
    tally_sync_manager_emit (self, "record.changed", "{\"many\":true}");
  if (summary->n_detected > 0)
    {
      g_autofree char *conflict = tally_sync_event_conflict (summary);

      tally_sync_manager_emit (self, "sync.conflict", conflict);
    }
  if (summary->failure != NULL)
    failed = tally_sync_event_failed (summary, foresee_next (self));
  tally_sync_manager_emit (self, failed != NULL ? "sync.failed" : "sync.completed",
                           failed != NULL ? failed : summary->json);
  self->run_id = 0;
}

static void
run_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRunSummary) summary = g_task_propagate_pointer (G_TASK (result), &error);
  const TallySyncJob *job = g_task_get_task_data (G_TASK (result));
  /* One that was cancelled later has a summary. */
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  gboolean failed = summary != NULL ? summary->failure != NULL : !cancelled;
  gboolean stopped = cancelled || (summary != NULL && g_str_equal (summary->status, "cancelled"));

  self->job = NULL;
  self->circuits = job->circuits;
  self->pace = job->pace;
  g_clear_object (&self->run);
  g_clear_handle_id (&self->limit_timer, g_source_remove);
  self->progress = (TallyProgress) { TALLY_PHASE_IDLE };
  tally_schedule_note_end (&self->facts, &self->rule,
                           failed ? TALLY_SCHEDULE_FAILED
                                  : stopped ? TALLY_SCHEDULE_STOPPED : TALLY_SCHEDULE_DONE,
                           tally_clock_now_us (self->clock), self->rand);
  if (summary != NULL)
    tally_schedule_note_wish (&self->facts, tally_clock_now_us (self->clock),
                              summary->not_before_us);
  tally_sync_manager_notify (self, "progress");

  if (summary != NULL)
    {
      take_summary (self, summary);
      g_info ("Run ended: %s", summary->status);
    }
  else if (cancelled)
    g_info ("Run cancelled before it began");
  else
    {
      g_autoptr (TallyReason) failure = tally_store_reason_for_error (error);

      g_warning ("A run could not be stored: %s", error->message);
      note_failure (self, failure);
    }

  if (stopped && self->stopped)
    tally_sync_manager_answer_ending (self);
  else
    tally_sync_manager_answer_waiters (self, summary != NULL ? summary->json : NULL, error);
  tell_end (self, summary);
  tally_sync_manager_update (self);
  tally_sync_manager_count (self);

  tally_sync_manager_push_connectors (self);
  if (self->waiters->len > 0 && self->n_connecting == 0)
    tally_sync_manager_run_for_waiters (self);
  else if (self->stopped)
    tally_sync_manager_answer_stoppers (self);
  else
    {
      tally_sync_manager_listen (self);
      tally_sync_manager_step (self);
    }
}

static void
time_is_over_cb (gpointer data)
{
  TallySyncManager *self = data;

  self->limit_timer = 0;
  g_info ("The run's time is over");
  g_atomic_int_set (&self->job->out_of_time, TRUE);
  g_cancellable_cancel (self->run);
}

static void
take_ask (TallySyncManager   *self,
          const TallySyncAsk *ask)
{
  tally_sync_ask_clear (&self->run_ask);
  self->run_ask = (TallySyncAsk) { 0 };
  if (ask != NULL)
    tally_sync_ask_copy (ask, &self->run_ask);
  if (self->run_ask.seconds > 0)
    self->limit_timer = g_timeout_add_once (MIN (self->run_ask.seconds, G_MAXINT / 1000) * 1000,
                                            time_is_over_cb, self);
}

void
tally_sync_manager_start_run (TallySyncManager   *self,
                              const char         *trigger,
                              const TallySyncAsk *ask)
{
  g_autoptr (GTask) task = NULL;
  gint64 first_edit_us = self->facts.first_edit_us;
  TallySyncJob *run;

  if (g_str_equal (trigger, "manual") || g_str_equal (trigger, "network"))
    tally_circuits_retry (&self->circuits);
  run = tally_sync_job_new (self, trigger, ask);
  /* What happens from now on is for the next run. */
  self->run = g_cancellable_new ();
  self->job = run;
  take_ask (self, ask);
  self->told_done = 0;
  g_free (self->trigger);
  self->trigger = g_strdup (trigger);
  tally_schedule_note_begin (&self->facts);
  /* Who does not send everything does not serve those who edited. */
  if (tally_sync_ask_holds_back (&self->run_ask))
    self->facts.first_edit_us = first_edit_us;
  g_clear_handle_id (&self->timer, g_source_remove);

  task = g_task_new (self, self->run, run_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_name (task, "run");
  g_task_set_task_data (task, run, tally_sync_job_free);
  tally_store_thread_push (self->engine, task, run_job);

  g_info ("Run starts: %s", trigger);
  tally_sync_manager_update (self);
}

static void
set_next_run (TallySyncManager *self,
              gint64            next_run_us)
{
  if (self->next_run_us == next_run_us)
    return;

  self->next_run_us = next_run_us;
  tally_sync_manager_notify (self, "next-run");
}

static void
timer_cb (gpointer data)
{
  TallySyncManager *self = data;

  self->timer = 0;
  tally_sync_manager_step (self);
}

/* When the sentence "up to date" stops being true by age alone; 0: it doesn't. */
static gint64
stale_us (TallySyncManager *self)
{
  gint64 left_us;

  if (!g_str_equal (self->state, "up-to-date") || tally_long_poll_is_healthy (self->live))
    return 0;

  left_us = self->checked_us + 2 * tally_schedule_rule_default.interval_us -
            tally_clock_date_us (self->clock);

  return left_us > 0 ? self->facts.now_us + left_us + G_USEC_PER_SEC : 0;
}

/* In a quiet hour a run that comes by the clock proves all of it, too, if the way there is free. */
static void
start_by_itself (TallySyncManager *self,
                 const char       *trigger)
{
  TallySyncAsk ask = { 0 };

  if (g_str_equal (trigger, "interval") && !tally_network_monitor_is_metered (self->network) &&
      tally_schedule_is_proof_due (&self->rule, &self->facts, tally_clock_date_us (self->clock),
                                   self->proved_us))
    ask.proof = TALLY_PROOF_VERIFIED;
  tally_sync_manager_start_run (self, trigger, &ask);
}

void
tally_sync_manager_step (TallySyncManager *self)
{
  TallyScheduleStep step = { NULL, 0 };
  gint64 wake_us;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->stopped || self->device == NULL)
    return;

  tally_sync_manager_update (self);
  self->facts.now_us = tally_clock_now_us (self->clock);
  self->facts.ready = self->obstacle == NULL;
  self->facts.running = self->run != NULL;
  if (self->scheduler && !self->held && self->n_connecting == 0)
    step = tally_schedule_step (&self->rule, &self->facts);
  if (step.trigger != NULL)
    {
      set_next_run (self, 0);
      start_by_itself (self, step.trigger);
      return;
    }

  set_next_run (self, step.wake_us == 0 ? 0 : tally_clock_date_us (self->clock) +
                                              step.wake_us - self->facts.now_us);
  wake_us = stale_us (self);
  if (step.wake_us != 0 && (wake_us == 0 || step.wake_us < wake_us))
    wake_us = step.wake_us;
  if (wake_us != 0)
    {
      /* A timer's longest is 49 days; asking again early does no harm. */
      gint64 wait_ms = (wake_us - self->facts.now_us) / 1000 + 1;

      self->timer = g_timeout_add_once ((guint) CLAMP (wait_ms, 0, G_MAXINT), timer_cb, self);
    }
}

void
tally_sync_manager_listen (TallySyncManager *self)
{
  if (self->stopped || !self->scheduler || self->held || self->obstacle != NULL || self->since == NULL)
    tally_long_poll_stop (self->live);
  else
    tally_long_poll_listen (self->live, self->server->url, self->credentials, self->since);
}

/* Ends the run under way after its batch; nothing to do when there is none. */
void
tally_sync_manager_cancel (TallySyncManager *self)
{
  g_return_if_fail (TALLY_IS_SYNC_MANAGER (self));

  if (self->run != NULL)
    g_cancellable_cancel (self->run);
}

void
tally_sync_manager_stop_async (TallySyncManager    *self,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, "stop");
  self->stopped = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->count_timer, g_source_remove);
  tally_long_poll_stop (self->live);
  g_ptr_array_add (self->stoppers, g_steal_pointer (&task));
  if (self->run != NULL)
    g_cancellable_cancel (self->run);
  tally_sync_manager_answer_stoppers (self);
}

gboolean
tally_sync_manager_stop_finish (TallySyncManager  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tally_sync_manager_note_edit (TallySyncManager *self)
{
  g_return_if_fail (TALLY_IS_SYNC_MANAGER (self));

  tally_schedule_note_edit (&self->facts, tally_clock_now_us (self->clock));
  tally_sync_manager_count (self);
  tally_sync_manager_step (self);
}
