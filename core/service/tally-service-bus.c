/* tally-service-bus.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-bus.h"

#include "client/tally-client-error.h"
#include "client/tally-client.h"
#include "config.h"
#include "service/tally-service-ask.h"
#include "service/tally-service-error.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>

/* Grows with every addition to the interface. */
#define VERSION 5

struct _TallyServiceBus
{
  GObject parent_instance;

  TallyService *service;       /* owned */
  TallyBusSync *skeleton;      /* owned */
  GCancellable *cancellable;   /* owned; of calls under way */
};

G_DEFINE_FINAL_TYPE (TallyServiceBus, tally_service_bus, G_TYPE_OBJECT)

static void
fail (GDBusMethodInvocation *invocation,
      const GError          *error)
{
  g_autoptr (GError) translated = tally_service_error_translate (error);

  g_dbus_method_invocation_return_gerror (invocation, translated);
}

static void
answer_text (GDBusMethodInvocation *invocation,
             char                  *text,
             const GError          *error)
{
  if (text == NULL)
    fail (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", text));
}

static void
answer_done (GDBusMethodInvocation *invocation,
             gboolean               done,
             const GError          *error)
{
  if (done)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    fail (invocation, error);
}

/* --- methods of the manager --- */

static void
run_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  json = tally_sync_manager_run_finish (TALLY_SYNC_MANAGER (source), result, &error);
  answer_text (user_data, json, error);
}

static void
handle_sync (TallyServiceBus       *self,
             GDBusMethodInvocation *invocation,
             GVariant              *parameters)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  TallySyncManager *manager = tally_service_get_manager (self->service);
  g_autoptr (GError) error = NULL;
  g_auto (TallySyncAsk) ask = { 0 };
  const char *trigger;

  if (tally_service_ask_read (options, tally_sync_manager_get_database (manager), &ask, &trigger,
                              &error))
    tally_sync_manager_run_async (manager, trigger, &ask, self->cancellable, run_cb, invocation);
  else
    fail (invocation, error);
}

static void
plan_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  json = tally_sync_manager_plan_finish (TALLY_SYNC_MANAGER (source), result, &error);
  answer_text (user_data, json, error);
}

static void
handle_plan (TallyServiceBus       *self,
             GDBusMethodInvocation *invocation,
             GVariant              *parameters)
{
  gboolean lists;

  g_variant_get (parameters, "(b)", &lists);
  tally_sync_manager_plan_async (tally_service_get_manager (self->service), lists,
                                 self->cancellable, plan_cb, invocation);
}

static void
handle_cancel (TallyServiceBus       *self,
               GDBusMethodInvocation *invocation,
               GVariant              *parameters)
{
  tally_sync_manager_cancel (tally_service_get_manager (self->service));
  answer_done (invocation, TRUE, NULL);
}

static void
pause_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = tally_sync_manager_pause_finish (TALLY_SYNC_MANAGER (source), result, &error);

  answer_done (user_data, done, error);
}

static void
handle_pause (TallyServiceBus       *self,
              GDBusMethodInvocation *invocation,
              GVariant              *parameters)
{
  tally_sync_manager_pause_async (tally_service_get_manager (self->service), TRUE,
                                  self->cancellable, pause_cb, invocation);
}

static void
handle_resume (TallyServiceBus       *self,
               GDBusMethodInvocation *invocation,
               GVariant              *parameters)
{
  tally_sync_manager_pause_async (tally_service_get_manager (self->service), FALSE,
                                  self->cancellable, pause_cb, invocation);
}

static void
connect_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = tally_sync_manager_connect_finish (TALLY_SYNC_MANAGER (source), result, &error);

  answer_done (user_data, done, error);
}

static void
handle_connect (TallyServiceBus       *self,
                GDBusMethodInvocation *invocation,
                GVariant              *parameters)
{
  const char *url;
  const char *user;
  const char *password;

  g_variant_get (parameters, "(&s&s&s)", &url, &user, &password);
  tally_sync_manager_connect_async (tally_service_get_manager (self->service), url, user, password,
                                    self->cancellable, connect_cb, invocation);
}

static void
status_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  json = tally_sync_manager_status_finish (TALLY_SYNC_MANAGER (source), result, &error);
  answer_text (user_data, json, error);
}

static void
handle_get_status (TallyServiceBus       *self,
                   GDBusMethodInvocation *invocation,
                   GVariant              *parameters)
{
  tally_sync_manager_status_async (tally_service_get_manager (self->service), self->cancellable,
                                   status_cb, invocation);
}

static void
handle_list_connections (TallyServiceBus       *self,
                         GDBusMethodInvocation *invocation,
                         GVariant              *parameters)
{
  g_autofree char *json = NULL;

  json = tally_sync_manager_dup_connections (tally_service_get_manager (self->service));
  answer_text (invocation, json, NULL);
}

static void
handle_list_events (TallyServiceBus       *self,
                    GDBusMethodInvocation *invocation,
                    GVariant              *parameters)
{
  g_auto (GStrv) events = NULL;
  guint64 seq;

  g_variant_get (parameters, "(t)", &seq);
  events = tally_service_list_events (self->service, seq);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(^as)", events));
}

/* --- methods of the store --- */

static void
access_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = NULL;

  answer = tally_store_access_call_finish (TALLY_STORE_ACCESS (source), result, &error);
  if (answer == NULL)
    fail (user_data, error);
  else
    g_dbus_method_invocation_return_value (user_data, answer);
}

/* The file that came along, -1 when none did. */
static int
take_fd (GDBusMethodInvocation *invocation)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (message);

  if (fds == NULL || g_unix_fd_list_get_length (fds) == 0)
    return -1;

  return g_unix_fd_list_get (fds, 0, NULL);
}

static void
handle_access (TallyServiceBus       *self,
               GDBusMethodInvocation *invocation,
               GVariant              *parameters)
{
  tally_store_access_call_async (tally_service_get_access (self->service),
                                 g_dbus_method_invocation_get_method_name (invocation), parameters,
                                 take_fd (invocation), self->cancellable, access_cb, invocation);
}

static const struct
{
  const char *signal;
  void (*handle) (TallyServiceBus       *self,
                  GDBusMethodInvocation *invocation,
                  GVariant              *parameters);
} methods[] = {
  { "handle-sync", handle_sync },
  { "handle-plan", handle_plan },
  { "handle-cancel", handle_cancel },
  { "handle-pause", handle_pause },
  { "handle-resume", handle_resume },
  { "handle-connect", handle_connect },
  { "handle-get-status", handle_get_status },
  { "handle-list-connections", handle_list_connections },
  { "handle-list-events", handle_list_events },
  { "handle-list-collections", handle_access },
  { "handle-list-records", handle_access },
  { "handle-get-record", handle_access },
  { "handle-put-record", handle_access },
  { "handle-delete-record", handle_access },
  { "handle-import", handle_access },
  { "handle-export", handle_access },
  { "handle-list-conflicts", handle_access },
  { "handle-resolve", handle_access },
  { "handle-list-guards", handle_access },
  { "handle-list-guarded", handle_access },
  { "handle-answer-guard", handle_access },
  { "handle-get-guard-rule", handle_access },
  { "handle-set-guard-rule", handle_access },
  { "handle-list-outbox", handle_access },
  { "handle-retry", handle_access },
  { "handle-discard", handle_access },
  { "handle-plan-undo", handle_access },
  { "handle-list-undo", handle_access },
  { "handle-get-order", handle_access },
  { "handle-get-retention", handle_access },
  { "handle-release", handle_access },
  { "handle-set-order", handle_access },
  { "handle-set-retention", handle_access },
  { "handle-undo-run", handle_access },
  { "handle-get-health", handle_access },
  { "handle-get-store", handle_access },
  { "handle-check-store", handle_access },
  { "handle-compact-store", handle_access },
  { "handle-back-up-store", handle_access },
  { "handle-list-runs", handle_access },
  { "handle-why", handle_access },
};

/* Each generated signal has arguments of its own; all that is needed stands in the invocation,
 * the second of them, so that one marshaller serves every method. */
static void
marshal_method (GClosure     *closure,
                GValue       *return_value,
                guint         n_values,
                const GValue *values,
                gpointer      hint,
                gpointer      data)
{
  TallyServiceBus *self = closure->data;
  GDBusMethodInvocation *invocation = g_value_get_object (&values[1]);
  guint index = GPOINTER_TO_UINT (data);

  methods[index].handle (self, invocation, g_dbus_method_invocation_get_parameters (invocation));
  g_value_set_boolean (return_value, TRUE);
}

static void
connect_methods (TallyServiceBus *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      GClosure *closure = g_closure_new_object (sizeof (GClosure), G_OBJECT (self));

      closure->data = self;
      g_closure_set_meta_marshal (closure, GUINT_TO_POINTER (i), marshal_method);
      g_signal_connect_closure (self->skeleton, methods[i].signal, closure, FALSE);
    }
}

static void
bind_properties (TallyServiceBus *self)
{
  static const char * const of_manager[] = {
    "connection", "state", "reason", "progress", "records", "pending", "oldest-pending", "held",
    "quarantined", "conflicts", "guarded", "grade", "checked-at", "next-run", "last-run", "paused",
  };
  static const char * const of_network[] = { "online", "metered" };

  for (guint i = 0; i < G_N_ELEMENTS (of_manager); i++)
    g_object_bind_property (tally_service_get_manager (self->service), of_manager[i],
                            self->skeleton, of_manager[i], G_BINDING_SYNC_CREATE);
  for (guint i = 0; i < G_N_ELEMENTS (of_network); i++)
    g_object_bind_property (tally_service_get_network (self->service), of_network[i],
                            self->skeleton, of_network[i], G_BINDING_SYNC_CREATE);
}

static void
event_cb (TallyServiceBus *self,
          guint64          seq,
          const char      *type,
          const char      *data)
{
  tally_bus_sync_emit_event (self->skeleton, seq, type, data);
}

static void
tally_service_bus_dispose (GObject *object)
{
  TallyServiceBus *self = TALLY_SERVICE_BUS (object);

  g_cancellable_cancel (self->cancellable);
  if (self->skeleton != NULL)
    {
      GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);
      GList *connections = g_dbus_interface_skeleton_get_connections (skeleton);

      g_dbus_interface_skeleton_flush (skeleton);
      if (connections != NULL)
        g_dbus_interface_skeleton_unexport (skeleton);
      g_list_free_full (connections, g_object_unref);
    }
  g_clear_object (&self->skeleton);
  g_clear_object (&self->service);

  G_OBJECT_CLASS (tally_service_bus_parent_class)->dispose (object);
}

static void
tally_service_bus_finalize (GObject *object)
{
  TallyServiceBus *self = TALLY_SERVICE_BUS (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (tally_service_bus_parent_class)->finalize (object);
}

static void
tally_service_bus_class_init (TallyServiceBusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_service_bus_dispose;
  object_class->finalize = tally_service_bus_finalize;
}

static void
tally_service_bus_init (TallyServiceBus *self)
{
  self->skeleton = tally_bus_sync_skeleton_new ();
  self->cancellable = g_cancellable_new ();
}

TallyServiceBus *
tally_service_bus_new (TallyService *service)
{
  TallyServiceBus *self = g_object_new (TALLY_TYPE_SERVICE_BUS, NULL);

  /* The names of the errors must be known before the first one goes out. */
  (void) TALLY_CLIENT_ERROR;
  self->service = g_object_ref (service);
  tally_bus_sync_set_version (self->skeleton, VERSION);
  tally_bus_sync_set_store_path (self->skeleton, tally_service_get_store_path (service));
  bind_properties (self);
  connect_methods (self);
  g_signal_connect_object (service, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);

  return self;
}

static void
closed_cb (TallyServiceBus *self,
           gboolean         vanished,
           GError          *error,
           GDBusConnection *connection)
{
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);

  if (g_dbus_interface_skeleton_has_connection (skeleton, connection))
    g_dbus_interface_skeleton_unexport_from_connection (skeleton, connection);
}

gboolean
tally_service_bus_export (TallyServiceBus  *self,
                          GDBusConnection  *connection,
                          GError          **error)
{
  g_return_val_if_fail (TALLY_IS_SERVICE_BUS (self), FALSE);

  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                         TALLY_BUS_PATH, error))
    return FALSE;

  g_signal_connect_object (connection, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);

  return TRUE;
}
