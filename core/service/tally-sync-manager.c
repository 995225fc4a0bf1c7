/* tally-sync-manager.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "schedule/tally-readiness.h"
#include "schedule/tally-state-sentence.h"

/* While a run is on, the counts are read this often; a count takes a few milliseconds of a large
 * store. */
#define COUNT_MS 500

enum
{
  PROP_0,
  PROP_CONNECTION,
  PROP_STATE,
  PROP_REASON,
  PROP_PROGRESS,
  PROP_RECORDS,
  PROP_PENDING,
  PROP_OLDEST_PENDING,
  PROP_HELD,
  PROP_QUARANTINED,
  PROP_CONFLICTS,
  PROP_GUARDED,
  PROP_GRADE,
  PROP_CHECKED_AT,
  PROP_NEXT_RUN,
  PROP_LAST_RUN,
  PROP_PAUSED,
  N_PROPS
};

enum
{
  EVENT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallySyncManager, tally_sync_manager, G_TYPE_OBJECT)

void
tally_sync_manager_notify (TallySyncManager *self,
                           const char       *property)
{
  g_object_notify (G_OBJECT (self), property);
}

void
tally_sync_manager_emit (TallySyncManager *self,
                         const char       *type,
                         const char       *data)
{
  g_signal_emit (self, signals[EVENT], 0, type, data);
}

static void
update_obstacle (TallySyncManager *self)
{
  const TallyReadinessFacts facts = {
    .has_connection = self->server != NULL,
    .paused = self->paused,
    .login = self->login,
    .online = tally_network_monitor_is_online (self->network),
    .metered = tally_network_monitor_is_metered (self->network),
  };

  g_clear_pointer (&self->obstacle, tally_reason_unref);
  self->obstacle = tally_readiness_check (&facts);
}

static void
take_state (TallySyncManager  *self,
            const char        *state,
            const TallyReason *reason)
{
  g_autofree char *before = tally_reason_to_json (self->reason);
  g_autofree char *after = tally_reason_to_json (reason);

  if (!g_str_equal (self->state, state))
    {
      g_free (self->state);
      self->state = g_strdup (state);
      tally_sync_manager_notify (self, "state");
    }
  if (!g_str_equal (before, after))
    {
      tally_reason_unref (self->reason);
      self->reason = tally_reason_ref (reason);
      tally_sync_manager_notify (self, "reason");
    }
}

void
tally_sync_manager_update (TallySyncManager *self)
{
  g_autoptr (TallyReason) reason = NULL;
  TallyStateFacts facts;
  const char *state;

  update_obstacle (self);
  facts = (TallyStateFacts) {
    .obstacle = self->obstacle,
    .running = self->run != NULL,
    .last_failure = self->last_failure,
    .n_pending = self->counts.n_pending,
    .n_behind = self->counts.n_behind,
    .n_held = self->counts.n_held,
    .n_quarantined = self->counts.n_quarantined,
    .n_problems = self->counts.n_problems,
    .n_conflicts = self->counts.n_conflicts,
    .n_guarded_there = self->counts.n_guarded_there,
    .n_guarded_here = self->counts.n_guarded_here,
    .n_guarded_edits = self->counts.n_guarded_edits,
    .n_equal = self->n_equal,
    .n_compared = self->n_compared,
    .grade = self->grade,
    .checked_us = self->checked_us,
    .date_us = tally_clock_date_us (self->clock),
    .fresh_us = 2 * (self->rule.interval_us > 0 ? self->rule.interval_us
                                                : tally_schedule_rule_default.interval_us),
    .live = tally_long_poll_is_healthy (self->live),
  };
  state = tally_state_sentence (&facts, &reason);
  take_state (self, state, reason);
}

static void
take_number (TallySyncManager *self,
             guint            *number,
             guint             value,
             const char       *property)
{
  if (*number == value)
    return;

  *number = value;
  tally_sync_manager_notify (self, property);
}

void
tally_sync_manager_take_counts (TallySyncManager       *self,
                                const TallyStoreCounts *counts)
{
  take_number (self, &self->counts.n_records, counts->n_records, "records");
  take_number (self, &self->counts.n_pending, counts->n_pending, "pending");
  take_number (self, &self->counts.n_held, counts->n_held, "held");
  take_number (self, &self->counts.n_quarantined, counts->n_quarantined, "quarantined");
  take_number (self, &self->counts.n_conflicts, counts->n_conflicts, "conflicts");
  if (self->counts.n_guarded_there != counts->n_guarded_there ||
      self->counts.n_guarded_here != counts->n_guarded_here ||
      self->counts.n_guarded_edits != counts->n_guarded_edits)
    {
      self->counts.n_guarded_there = counts->n_guarded_there;
      self->counts.n_guarded_here = counts->n_guarded_here;
      self->counts.n_guarded_edits = counts->n_guarded_edits;
      tally_sync_manager_notify (self, "guarded");
    }
  self->counts.n_problems = counts->n_problems;
  self->counts.n_behind = counts->n_behind;
  if (self->counts.oldest_pending_us != counts->oldest_pending_us)
    {
      self->counts.oldest_pending_us = counts->oldest_pending_us;
      tally_sync_manager_notify (self, "oldest-pending");
    }
  tally_sync_manager_update (self);
}

static void
count_job (GTask        *task,
           TallyStore   *store,
           gpointer      task_data,
           GCancellable *cancellable)
{
  TallyStoreCounts counts = { 0 };
  GError *error = NULL;

  if (!tally_store_count (store, &counts, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_memdup2 (&counts, sizeof counts), g_free);
}

static void
count_timer_cb (gpointer data)
{
  TallySyncManager *self = data;

  self->count_timer = 0;
  if (self->count_again)
    tally_sync_manager_count (self);
}

static void
count_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (source);
  g_autofree TallyStoreCounts *counts = g_task_propagate_pointer (G_TASK (result), NULL);

  self->counting = FALSE;
  if (counts != NULL)
    tally_sync_manager_take_counts (self, counts);

  if (self->run != NULL && self->progress.done != self->told_done)
    {
      self->told_done = self->progress.done;
      tally_sync_manager_emit (self, "record.changed", "{\"many\":true}");
    }
  if (self->stopped)
    tally_sync_manager_answer_stoppers (self);
  else if (self->run != NULL)
    self->count_timer = g_timeout_add_once (COUNT_MS, count_timer_cb, self);
  else if (self->count_again)
    tally_sync_manager_count (self);
}

void
tally_sync_manager_count (TallySyncManager *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->stopped)
    return;
  if (self->counting || (self->run != NULL && self->count_timer != 0))
    {
      self->count_again = TRUE;
      return;
    }

  g_clear_handle_id (&self->count_timer, g_source_remove);
  self->counting = TRUE;
  self->count_again = FALSE;
  task = g_task_new (self, NULL, count_cb, NULL);
  g_task_set_name (task, "count");
  tally_store_thread_push (self->edits, task, count_job);
}

static void
poked_cb (TallySyncManager *self)
{
  /* What moves while a run is on, its own pushes among it, is behind the checkpoint that the feed
   * is listened to from when the run has ended, or shows there. */
  if (self->run != NULL)
    return;

  self->facts.poked = TRUE;
  tally_sync_manager_step (self);
}

/* The server answers again: the news that a failed run waits for. */
static void
healthy_cb (TallySyncManager *self)
{
  if (tally_long_poll_is_healthy (self->live) && self->last_failure != NULL &&
      g_str_equal (self->last_failure->code, "server-unreachable"))
    self->facts.network_regained = TRUE;
  tally_sync_manager_step (self);
}

static void
network_cb (TallySyncManager *self)
{
  if (tally_network_monitor_is_online (self->network))
    self->facts.network_regained = TRUE;
  tally_sync_manager_update (self);
  tally_sync_manager_listen (self);
  tally_sync_manager_step (self);
}

static GVariant *
make_progress (const TallyProgress *progress)
{
  return g_variant_new ("(sttut)", tally_phase_to_string (progress->phase), progress->done,
                        progress->total, progress->n_errors, progress->bytes);
}

static void
tally_sync_manager_dispose (GObject *object)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (object);

  self->stopped = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->count_timer, g_source_remove);
  g_clear_handle_id (&self->limit_timer, g_source_remove);
  if (self->live != NULL)
    tally_long_poll_stop (self->live);

  G_OBJECT_CLASS (tally_sync_manager_parent_class)->dispose (object);
}

static void
tally_sync_manager_finalize (GObject *object)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (object);

  g_clear_object (&self->edits);
  g_clear_object (&self->engine);
  g_clear_object (&self->network);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->rand, g_rand_free);
  g_clear_pointer (&self->server, tally_server_url_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password, g_free);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->credentials, tally_credentials_unref);
  g_clear_pointer (&self->since, g_free);
  g_clear_pointer (&self->last_run, g_free);
  g_clear_pointer (&self->trigger, g_free);
  g_clear_pointer (&self->last_failure, tally_reason_unref);
  g_clear_pointer (&self->grade, g_free);
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->reason, tally_reason_unref);
  g_clear_pointer (&self->obstacle, tally_reason_unref);
  g_clear_object (&self->live);
  g_clear_object (&self->run);
  tally_sync_ask_clear (&self->run_ask);
  g_clear_pointer (&self->connectors, g_ptr_array_unref);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_pointer (&self->stoppers, g_ptr_array_unref);

  G_OBJECT_CLASS (tally_sync_manager_parent_class)->finalize (object);
}

static void
tally_sync_manager_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (object);

  switch (prop_id)
    {
    case PROP_CONNECTION:
      g_value_set_string (value, self->server != NULL ? self->server->url : "");
      break;
    case PROP_STATE:
      g_value_set_string (value, self->state);
      break;
    case PROP_REASON:
      g_value_take_string (value, tally_reason_to_json (self->reason));
      break;
    case PROP_PROGRESS:
      g_value_set_variant (value, make_progress (&self->progress));
      break;
    case PROP_RECORDS:
      g_value_set_uint (value, self->counts.n_records);
      break;
    case PROP_PENDING:
      g_value_set_uint (value, self->counts.n_pending);
      break;
    case PROP_OLDEST_PENDING:
      g_value_set_int64 (value, self->counts.oldest_pending_us);
      break;
    case PROP_HELD:
      g_value_set_uint (value, self->counts.n_held);
      break;
    case PROP_QUARANTINED:
      g_value_set_uint (value, self->counts.n_quarantined);
      break;
    case PROP_CONFLICTS:
      g_value_set_uint (value, self->counts.n_conflicts);
      break;
    case PROP_GUARDED:
      g_value_set_uint (value, self->counts.n_guarded_there + self->counts.n_guarded_here +
                        self->counts.n_guarded_edits);
      break;
    case PROP_GRADE:
      g_value_set_string (value, self->grade);
      break;
    case PROP_CHECKED_AT:
      g_value_set_int64 (value, self->checked_us);
      break;
    case PROP_NEXT_RUN:
      g_value_set_int64 (value, self->next_run_us);
      break;
    case PROP_LAST_RUN:
      g_value_set_string (value, self->last_run != NULL ? self->last_run : "");
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const struct
  {
    guint       id;
    const char *name;
  } texts[] = {
    { PROP_CONNECTION, "connection" }, { PROP_STATE, "state" }, { PROP_REASON, "reason" },
    { PROP_GRADE, "grade" }, { PROP_LAST_RUN, "last-run" },
  }, numbers[] = {
    { PROP_RECORDS, "records" }, { PROP_PENDING, "pending" }, { PROP_HELD, "held" },
    { PROP_QUARANTINED, "quarantined" }, { PROP_CONFLICTS, "conflicts" },
    { PROP_GUARDED, "guarded" },
  }, dates[] = {
    { PROP_OLDEST_PENDING, "oldest-pending" }, { PROP_CHECKED_AT, "checked-at" },
    { PROP_NEXT_RUN, "next-run" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    properties[texts[i].id] = g_param_spec_string (texts[i].name, NULL, NULL, "", flags);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    properties[numbers[i].id] =
      g_param_spec_uint (numbers[i].name, NULL, NULL, 0, G_MAXUINT, 0, flags);
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    properties[dates[i].id] =
      g_param_spec_int64 (dates[i].name, NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_PROGRESS] =
    g_param_spec_variant ("progress", NULL, NULL, G_VARIANT_TYPE ("(sttut)"), NULL, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
tally_sync_manager_class_init (TallySyncManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_sync_manager_dispose;
  object_class->finalize = tally_sync_manager_finalize;
  object_class->get_property = tally_sync_manager_get_property;
  install_properties (object_class);

  signals[EVENT] = g_signal_new ("event", TALLY_TYPE_SYNC_MANAGER, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
tally_sync_manager_init (TallySyncManager *self)
{
  self->grade = g_strdup ("none");
  self->state = g_strdup ("no-server");
  self->reason = tally_reason_new ("no-server", NULL);
  self->connectors = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->stoppers = g_ptr_array_new_with_free_func (g_object_unref);
}

TallySyncManager *
tally_sync_manager_new (const TallyServiceOptions *options,
                        TallyStoreThread          *edits,
                        TallyStoreThread          *engine,
                        TallyNetworkMonitor       *network,
                        TallyClock                *clock,
                        GRand                     *rand)
{
  TallySyncManager *self = g_object_new (TALLY_TYPE_SYNC_MANAGER, NULL);

  self->edits = g_object_ref (edits);
  self->engine = g_object_ref (engine);
  self->network = g_object_ref (network);
  self->clock = g_object_ref (clock);
  self->rand = g_rand_copy (rand);
  self->rule = options->rule != NULL ? *options->rule : tally_schedule_rule_default;
  self->scheduler = options->scheduler;
  self->held = options->held;
  self->user = g_strdup (options->user);
  self->password = g_strdup (options->password);
  self->make_remote = options->make_remote;
  self->make_remote_data = options->make_remote_data;

  self->live = tally_long_poll_new (rand);
  g_signal_connect_object (self->live, "poked", G_CALLBACK (poked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->live, "notify::healthy", G_CALLBACK (healthy_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "notify::online", G_CALLBACK (network_cb), self,
                           G_CONNECT_SWAPPED);

  return self;
}

const TallyReason *
tally_sync_manager_get_obstacle (TallySyncManager *self)
{
  g_return_val_if_fail (TALLY_IS_SYNC_MANAGER (self), NULL);

  return self->obstacle;
}

const char *
tally_sync_manager_get_database (TallySyncManager *self)
{
  g_return_val_if_fail (TALLY_IS_SYNC_MANAGER (self), NULL);

  return self->server != NULL ? self->server->database : NULL;
}

const char *
tally_sync_manager_get_url (TallySyncManager *self)
{
  g_return_val_if_fail (TALLY_IS_SYNC_MANAGER (self), NULL);

  return self->server != NULL ? self->server->url : NULL;
}

gint64
tally_sync_manager_get_run_id (TallySyncManager *self)
{
  g_return_val_if_fail (TALLY_IS_SYNC_MANAGER (self), 0);

  return self->run_id;
}
