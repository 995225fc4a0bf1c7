/* tally-client.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-client.h"

struct _TallyClient
{
  GObject parent_instance;

  TallyBusSync *proxy;      /* owned */
  gboolean      peer;       /* no message bus in between: no name to watch */
  gboolean      connected;
};

enum
{
  PROP_0,
  PROP_PROXY,
  PROP_CONNECTED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyClient, tally_client, G_TYPE_OBJECT)

static void
update_connected (TallyClient *self)
{
  GDBusProxy *proxy = G_DBUS_PROXY (self->proxy);
  g_autofree char *owner = NULL;
  gboolean connected;

  connected = !g_dbus_connection_is_closed (g_dbus_proxy_get_connection (proxy));
  if (!self->peer)
    {
      owner = g_dbus_proxy_get_name_owner (proxy);
      connected = connected && owner != NULL;
    }

  if (self->connected == connected)
    return;

  self->connected = connected;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTED]);
}

static TallyClient *
client_new (TallyBusSync *proxy,
            gboolean      peer)
{
  TallyClient *self = g_object_new (TALLY_TYPE_CLIENT, NULL);
  GDBusConnection *connection = g_dbus_proxy_get_connection (G_DBUS_PROXY (proxy));

  self->proxy = g_object_ref (proxy);
  self->peer = peer;

  /* A run takes as long as it takes; who waits for it may cancel it. */
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (proxy), G_MAXINT);
  g_signal_connect_object (proxy, "notify::g-name-owner", G_CALLBACK (update_connected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "notify::closed", G_CALLBACK (update_connected), self,
                           G_CONNECT_SWAPPED);
  update_connected (self);

  return self;
}

static void
proxy_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  gboolean peer = GPOINTER_TO_INT (g_task_get_task_data (task));
  g_autoptr (TallyBusSync) proxy = NULL;
  GError *error = NULL;

  proxy = tally_bus_sync_proxy_new_finish (result, &error);
  if (proxy == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, client_new (proxy, peer), g_object_unref);
}

static GTask *
make_task (gboolean             peer,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_name (task, "connect");
  g_task_set_task_data (task, GINT_TO_POINTER (peer), NULL);
  /* The names must be known before the first error comes. */
  (void) TALLY_CLIENT_ERROR;

  return task;
}

static void
bus_ready_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GDBusConnection) connection = NULL;
  GError *error = NULL;

  connection = g_bus_get_finish (result, &error);
  if (connection == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tally_bus_sync_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, TALLY_BUS_NAME, TALLY_BUS_PATH,
                            g_task_get_cancellable (task), proxy_ready_cb, g_object_ref (task));
}

static void
connection_ready_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GDBusConnection) connection = NULL;
  GError *error = NULL;

  connection = g_dbus_connection_new_for_address_finish (result, &error);
  if (connection == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tally_bus_sync_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, NULL, TALLY_BUS_PATH,
                            g_task_get_cancellable (task), proxy_ready_cb, g_object_ref (task));
}

static void
tally_client_finalize (GObject *object)
{
  TallyClient *self = TALLY_CLIENT (object);

  g_clear_object (&self->proxy);

  G_OBJECT_CLASS (tally_client_parent_class)->finalize (object);
}

static void
tally_client_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  TallyClient *self = TALLY_CLIENT (object);

  switch (prop_id)
    {
    case PROP_PROXY:
      g_value_set_object (value, self->proxy);
      break;
    case PROP_CONNECTED:
      g_value_set_boolean (value, self->connected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_client_class_init (TallyClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tally_client_finalize;
  object_class->get_property = tally_client_get_property;

  properties[PROP_PROXY] =
    g_param_spec_object ("proxy", NULL, NULL, TALLY_BUS_TYPE_SYNC,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONNECTED] =
    g_param_spec_boolean ("connected", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_client_init (TallyClient *self)
{
}

/**
 * tally_client_new_for_agent_async:
 * @cancellable: (nullable): ends the attempt
 * @callback: called when done; finish with tally_client_new_finish()
 * @user_data: for @callback
 *
 * Connects to the agent on the session bus. Without a session bus the attempt fails; without an
 * agent that could be started the client is made and not connected.
 */
void
tally_client_new_for_agent_async (GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  GTask *task = make_task (FALSE, cancellable, callback, user_data);

  g_bus_get (G_BUS_TYPE_SESSION, cancellable, bus_ready_cb, task);
}

TallyClient *
tally_client_new_for_agent_sync (GCancellable  *cancellable,
                                 GError       **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (TallyBusSync) proxy = NULL;

  (void) TALLY_CLIENT_ERROR;
  connection = g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, error);
  if (connection == NULL)
    return NULL;

  proxy = tally_bus_sync_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_NONE, TALLY_BUS_NAME,
                                         TALLY_BUS_PATH, cancellable, error);
  if (proxy == NULL)
    return NULL;

  return client_new (proxy, FALSE);
}

/**
 * tally_client_new_for_address_async:
 * @address: D-Bus address of the holder's private socket
 * @cancellable: (nullable): ends the attempt
 * @callback: called when done; finish with tally_client_new_finish()
 * @user_data: for @callback
 *
 * Connects to a private socket; it admits the same user only.
 */
void
tally_client_new_for_address_async (const char          *address,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (address != NULL);

  task = make_task (TRUE, cancellable, callback, user_data);
  g_dbus_connection_new_for_address (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                     cancellable, connection_ready_cb, task);
}

TallyClient *
tally_client_new_for_address_sync (const char    *address,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  g_autoptr (GDBusConnection) connection = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  connection = g_dbus_connection_new_for_address_sync (address,
                                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                                       NULL, cancellable, error);
  if (connection == NULL)
    return NULL;

  return tally_client_new_for_connection_sync (connection, cancellable, error);
}

/**
 * tally_client_new_for_connection_async:
 * @connection: a peer-to-peer connection whose other end exports the service
 * @cancellable: (nullable): ends the attempt
 * @callback: called when done; finish with tally_client_new_finish()
 * @user_data: for @callback
 */
void
tally_client_new_for_connection_async (GDBusConnection     *connection,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (G_IS_DBUS_CONNECTION (connection));

  task = make_task (TRUE, cancellable, callback, user_data);
  tally_bus_sync_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, NULL, TALLY_BUS_PATH,
                            cancellable, proxy_ready_cb, task);
}

TallyClient *
tally_client_new_for_connection_sync (GDBusConnection  *connection,
                                      GCancellable     *cancellable,
                                      GError          **error)
{
  g_autoptr (TallyBusSync) proxy = NULL;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);

  (void) TALLY_CLIENT_ERROR;
  proxy = tally_bus_sync_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_NONE, NULL, TALLY_BUS_PATH,
                                         cancellable, error);
  if (proxy == NULL)
    return NULL;

  return client_new (proxy, TRUE);
}

TallyClient *
tally_client_new_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

TallyBusSync *
tally_client_get_proxy (TallyClient *self)
{
  g_return_val_if_fail (TALLY_IS_CLIENT (self), NULL);

  return self->proxy;
}

gboolean
tally_client_is_connected (TallyClient *self)
{
  g_return_val_if_fail (TALLY_IS_CLIENT (self), FALSE);

  return self->connected;
}
