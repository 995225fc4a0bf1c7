/* tally-store-access.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-store-access.h"

#include "service/tally-service-call.h"

#include <unistd.h>

struct _TallyStoreAccess
{
  GObject parent_instance;

  TallyStoreThread  *thread;     /* owned */
  char              *database;   /* owned, nullable */
  const TallyReason *obstacle;   /* owned, nullable */
};

enum
{
  CHANGED,
  SETTLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallyStoreAccess, tally_store_access, G_TYPE_OBJECT)

/* A call on its way, with what runs it. */
typedef struct
{
  TallyServiceCall      call;
  TallyServiceOperation operation;
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_clear_pointer (&errand->call.parameters, g_variant_unref);
  if (errand->call.fd >= 0)
    close (errand->call.fd);
  g_free (errand->call.database);
  g_clear_pointer (&errand->call.obstacle, tally_reason_unref);
  g_clear_object (&errand->call.cancellable);
  g_free (errand->call.key);
  g_free (errand);
}

static void
run_errand (GTask        *task,
            TallyStore   *store,
            gpointer      task_data,
            GCancellable *cancellable)
{
  Errand *errand = task_data;
  GError *error = NULL;
  GVariant *answer = errand->operation (store, &errand->call, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_variant_ref_sink (answer), (GDestroyNotify) g_variant_unref);
}

static void
tally_store_access_finalize (GObject *object)
{
  TallyStoreAccess *self = TALLY_STORE_ACCESS (object);

  g_clear_object (&self->thread);
  g_clear_pointer (&self->database, g_free);
  g_clear_pointer (&self->obstacle, tally_reason_unref);

  G_OBJECT_CLASS (tally_store_access_parent_class)->finalize (object);
}

static void
tally_store_access_class_init (TallyStoreAccessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_store_access_finalize;

  signals[CHANGED] = g_signal_new ("changed", TALLY_TYPE_STORE_ACCESS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SETTLED] = g_signal_new ("settled", TALLY_TYPE_STORE_ACCESS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tally_store_access_init (TallyStoreAccess *self)
{
}

TallyStoreAccess *
tally_store_access_new (TallyStoreThread *thread)
{
  TallyStoreAccess *self = g_object_new (TALLY_TYPE_STORE_ACCESS, NULL);

  self->thread = g_object_ref (thread);

  return self;
}

void
tally_store_access_set_database (TallyStoreAccess *self,
                                 const char       *database)
{
  g_return_if_fail (TALLY_IS_STORE_ACCESS (self));

  g_free (self->database);
  self->database = g_strdup (database);
}

void
tally_store_access_set_obstacle (TallyStoreAccess  *self,
                                 const TallyReason *obstacle)
{
  g_return_if_fail (TALLY_IS_STORE_ACCESS (self));

  g_clear_pointer (&self->obstacle, tally_reason_unref);
  if (obstacle != NULL)
    self->obstacle = tally_reason_ref (obstacle);
}

/**
 * tally_store_access_has_method:
 * @method: of the bus interface
 *
 * Returns: whether it concerns the store alone
 */
gboolean
tally_store_access_has_method (const char *method)
{
  return tally_service_operation_find (method) != NULL;
}

/**
 * tally_store_access_call_async:
 * @self: an access
 * @method: of the bus interface; one that tally_store_access_has_method() knows
 * @parameters: its arguments; a floating reference is sunk
 * @fd: (transfer full): the file that came along; -1: none
 * @cancellable: (nullable): ends it
 * @callback: called when done
 * @user_data: for @callback
 */
void
tally_store_access_call_async (TallyStoreAccess    *self,
                               const char          *method,
                               GVariant            *parameters,
                               int                  fd,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Errand *errand;

  g_return_if_fail (TALLY_IS_STORE_ACCESS (self));
  g_return_if_fail (tally_store_access_has_method (method));

  errand = g_new0 (Errand, 1);
  errand->operation = tally_service_operation_find (method);
  errand->call.parameters = g_variant_ref_sink (parameters);
  errand->call.fd = fd;
  errand->call.database = g_strdup (self->database);
  if (self->obstacle != NULL)
    errand->call.obstacle = tally_reason_ref (self->obstacle);
  errand->call.cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;

  /* What was written must be told even when nobody waits for the answer any more. */
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_name (task, method);
  g_task_set_task_data (task, errand, errand_free);
  tally_store_thread_push (self->thread, task, run_errand);
}

GVariant *
tally_store_access_call_finish (TallyStoreAccess  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  Errand *errand;
  GVariant *answer;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  errand = g_task_get_task_data (G_TASK (result));
  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (errand->call.changed)
    g_signal_emit (self, signals[CHANGED], 0, errand->call.key);
  if (errand->call.settled)
    g_signal_emit (self, signals[SETTLED], 0, errand->call.key);

  return answer;
}
