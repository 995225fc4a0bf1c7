/* tally-conflict-queue.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-conflict-queue.h"

struct _TallyConflictQueue
{
  GObject parent_instance;

  TallyStoreAccess *access;        /* owned */
  guint             n_conflicts;
};

enum
{
  PROP_0,
  PROP_N_CONFLICTS,
  N_PROPS
};

enum
{
  OPENED,
  RESOLVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallyConflictQueue, tally_conflict_queue, G_TYPE_OBJECT)

/* Both methods answer with one string. */
static void
call_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) answer = NULL;
  GError *error = NULL;
  char *text;

  answer = tally_store_access_call_finish (TALLY_STORE_ACCESS (source), result, &error);
  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_variant_get (answer, "(s)", &text);
  g_task_return_pointer (task, text, g_free);
}

static void
tally_conflict_queue_finalize (GObject *object)
{
  TallyConflictQueue *self = TALLY_CONFLICT_QUEUE (object);

  g_clear_object (&self->access);

  G_OBJECT_CLASS (tally_conflict_queue_parent_class)->finalize (object);
}

static void
tally_conflict_queue_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TallyConflictQueue *self = TALLY_CONFLICT_QUEUE (object);

  switch (prop_id)
    {
    case PROP_N_CONFLICTS:
      g_value_set_uint (value, self->n_conflicts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_conflict_queue_class_init (TallyConflictQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tally_conflict_queue_finalize;
  object_class->get_property = tally_conflict_queue_get_property;

  properties[PROP_N_CONFLICTS] =
    g_param_spec_uint ("n-conflicts", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[OPENED] = g_signal_new ("opened", TALLY_TYPE_CONFLICT_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[RESOLVED] = g_signal_new ("resolved", TALLY_TYPE_CONFLICT_QUEUE, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
tally_conflict_queue_init (TallyConflictQueue *self)
{
}

TallyConflictQueue *
tally_conflict_queue_new (TallyStoreAccess *access)
{
  TallyConflictQueue *self = g_object_new (TALLY_TYPE_CONFLICT_QUEUE, NULL);

  self->access = g_object_ref (access);

  return self;
}

guint
tally_conflict_queue_get_n_conflicts (TallyConflictQueue *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_QUEUE (self), 0);

  return self->n_conflicts;
}

void
tally_conflict_queue_set_n_conflicts (TallyConflictQueue *self,
                                      guint               n_conflicts)
{
  guint before;

  g_return_if_fail (TALLY_IS_CONFLICT_QUEUE (self));

  if (self->n_conflicts == n_conflicts)
    return;

  before = self->n_conflicts;
  self->n_conflicts = n_conflicts;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CONFLICTS]);
  if (n_conflicts > before)
    g_signal_emit (self, signals[OPENED], 0, n_conflicts - before);
  else
    g_signal_emit (self, signals[RESOLVED], 0, before - n_conflicts);
}

void
tally_conflict_queue_list_async (TallyConflictQueue  *self,
                                 guint                offset,
                                 guint                limit,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (TALLY_IS_CONFLICT_QUEUE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "list conflicts");
  tally_store_access_call_async (self->access, "ListConflicts",
                                 g_variant_new ("(suu)", "", offset, limit), -1, cancellable,
                                 call_cb, task);
}

char *
tally_conflict_queue_list_finish (TallyConflictQueue  *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tally_conflict_queue_resolve_async:
 * @self: a queue
 * @key: of the record
 * @shown: as the list gave it; "": as it is now
 * @take: "" or one whole version: base, local, server, 1, 2, …
 * @fields: (nullable): what becomes of which member
 * @cancellable: (nullable): ends it
 * @callback: called when done
 * @user_data: for @callback
 */
void
tally_conflict_queue_resolve_async (TallyConflictQueue  *self,
                                    const char          *key,
                                    const char          *shown,
                                    const char          *take,
                                    GVariant            *fields,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (TALLY_IS_CONFLICT_QUEUE (self));

  if (fields == NULL)
    fields = g_variant_new_array (G_VARIANT_TYPE ("(sss)"), NULL, 0);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "resolve");
  tally_store_access_call_async (self->access, "Resolve",
                                 g_variant_new ("(sss@a(sss))", key, shown, take, fields), -1,
                                 cancellable, call_cb, task);
}

char *
tally_conflict_queue_resolve_finish (TallyConflictQueue  *self,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
