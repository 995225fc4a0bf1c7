/* tally-service.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service.h"

#include "base/tally-json-writer.h"
#include "base/tally-system-clock.h"
#include "service/tally-event-log.h"
#include "store/tally-store-lock.h"

struct _TallyService
{
  GObject parent_instance;

  char                *store_path;   /* owned */
  TallyStoreLock      *lock;         /* owned; released last */

  TallyStoreThread    *edits;        /* owned */
  TallyStoreThread    *engine;       /* owned */
  TallyStoreAccess    *access;       /* owned */
  TallyNetworkMonitor *network;      /* owned */
  TallySyncManager    *manager;      /* owned */
  TallyConflictQueue  *conflicts;    /* owned */

  TallyEventLog       *log;          /* owned */
};

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallyService, tally_service, G_TYPE_OBJECT)

static void
event_cb (TallyService *self,
          const char   *type,
          const char   *data)
{
  const char *envelope;

  envelope = tally_event_log_add (self->log, type, tally_sync_manager_get_run_id (self->manager),
                                  tally_sync_manager_get_url (self->manager), data);
  g_signal_emit (self, signals[EVENT], 0, tally_event_log_get_seq (self->log), type, envelope);
}

static char *
dup_ids (const char *key)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  if (key == NULL)
    tally_json_writer_member_boolean (&writer, "many", TRUE);
  else
    {
      tally_json_writer_name (&writer, "ids");
      tally_json_writer_begin_array (&writer);
      tally_json_writer_string (&writer, key);
      tally_json_writer_end_array (&writer);
    }
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

static void
changed_cb (TallyService *self,
            const char   *key)
{
  g_autofree char *data = dup_ids (key);

  event_cb (self, "record.changed", data);
  tally_sync_manager_note_edit (self->manager);
}

static void
settled_cb (TallyService *self,
            const char   *key)
{
  g_autofree char *data = dup_ids (key);

  event_cb (self, "conflict.resolved", data);
}

static void
opened_cb (TallyService *self,
           guint         n)
{
  g_autofree char *data = g_strdup_printf ("{\"conflicts\":%u}", n);

  event_cb (self, "conflict.opened", data);
}

static void
count_cb (TallyService *self)
{
  guint n_conflicts;

  g_object_get (self->manager, "conflicts", &n_conflicts, NULL);
  tally_conflict_queue_set_n_conflicts (self->conflicts, n_conflicts);
}

static void
connection_cb (TallyService *self)
{
  tally_store_access_set_database (self->access, tally_sync_manager_get_database (self->manager));
  tally_store_access_set_obstacle (self->access, tally_sync_manager_get_obstacle (self->manager));
}

static void
wire (TallyService *self)
{
  g_signal_connect_object (self->access, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->access, "settled", G_CALLBACK (settled_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "event", G_CALLBACK (event_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::conflicts", G_CALLBACK (count_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::connection", G_CALLBACK (connection_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::state", G_CALLBACK (connection_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->conflicts, "opened", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
tally_service_dispose (GObject *object)
{
  TallyService *self = TALLY_SERVICE (object);

  /* Whoever else still holds something of this: the threads end here and now, and the store is
   * closed before its lock goes. */
  if (self->engine != NULL)
    g_object_run_dispose (G_OBJECT (self->engine));
  if (self->edits != NULL)
    g_object_run_dispose (G_OBJECT (self->edits));
  g_clear_object (&self->conflicts);
  g_clear_object (&self->manager);
  g_clear_object (&self->network);
  g_clear_object (&self->access);
  g_clear_object (&self->engine);
  g_clear_object (&self->edits);
  g_clear_pointer (&self->lock, tally_store_lock_release);

  G_OBJECT_CLASS (tally_service_parent_class)->dispose (object);
}

static void
tally_service_finalize (GObject *object)
{
  TallyService *self = TALLY_SERVICE (object);

  g_clear_pointer (&self->store_path, g_free);
  g_clear_pointer (&self->log, tally_event_log_free);

  G_OBJECT_CLASS (tally_service_parent_class)->finalize (object);
}

static void
tally_service_class_init (TallyServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_service_dispose;
  object_class->finalize = tally_service_finalize;

  signals[EVENT] = g_signal_new ("event", TALLY_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_STRING,
                                 G_TYPE_STRING);
}

static void
tally_service_init (TallyService *self)
{
}

/**
 * tally_service_new:
 * @options: what it is given
 * @error: %TALLY_STORE_ERROR_LOCKED; %G_IO_ERROR for a folder that can't be written
 *
 * Returns: (transfer full): the service; nothing is open yet
 */
TallyService *
tally_service_new (const TallyServiceOptions  *options,
                   GError                    **error)
{
  g_autoptr (TallyService) self = g_object_new (TALLY_TYPE_SERVICE, NULL);
  g_autoptr (TallyClock) clock = NULL;
  g_autoptr (GRand) rand = NULL;

  self->store_path = g_canonicalize_filename (options->store_path, NULL);
  self->lock = tally_store_lock_acquire (self->store_path, NULL, error);
  if (self->lock == NULL)
    return NULL;

  clock = options->clock != NULL ? g_object_ref (options->clock) : tally_system_clock_new ();
  rand = options->seed != 0 ? g_rand_new_with_seed (options->seed) : g_rand_new ();
  self->edits = tally_store_thread_new ("tally-edits", self->store_path, clock, rand);
  self->engine = tally_store_thread_new ("tally-engine", self->store_path, clock, rand);
  self->log = tally_event_log_new (clock);
  self->access = tally_store_access_new (self->edits);
  self->network = tally_network_monitor_new (options->network);
  self->manager = tally_sync_manager_new (options, self->edits, self->engine, self->network, clock,
                                          rand);
  self->conflicts = tally_conflict_queue_new (self->access);
  wire (self);

  return g_steal_pointer (&self);
}

static void
load_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (tally_sync_manager_load_finish (TALLY_SYNC_MANAGER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tally_service_open_async (TallyService        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "open");
  tally_sync_manager_load_async (self->manager, cancellable, load_cb, task);
}

gboolean
tally_service_open_finish (TallyService  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
stop_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  tally_sync_manager_stop_finish (TALLY_SYNC_MANAGER (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

void
tally_service_close_async (TallyService        *self,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, "close");
  tally_sync_manager_stop_async (self->manager, stop_cb, task);
}

gboolean
tally_service_close_finish (TallyService  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
tally_service_get_store_path (TallyService *self)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), NULL);

  return self->store_path;
}

TallySyncManager *
tally_service_get_manager (TallyService *self)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), NULL);

  return self->manager;
}

TallyConflictQueue *
tally_service_get_conflicts (TallyService *self)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), NULL);

  return self->conflicts;
}

TallyNetworkMonitor *
tally_service_get_network (TallyService *self)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), NULL);

  return self->network;
}

TallyStoreAccess *
tally_service_get_access (TallyService *self)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), NULL);

  return self->access;
}

gboolean
tally_service_set_address (TallyService  *self,
                           const char    *address,
                           GError       **error)
{
  g_return_val_if_fail (TALLY_IS_SERVICE (self), FALSE);

  return tally_store_lock_set_address (self->lock, address, error);
}

char **
tally_service_list_events (TallyService *self,
                           guint64       seq)
{
  return tally_event_log_list (self->log, seq);
}
