/* tally-service-socket.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-socket.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* sun_path holds 108 bytes; a path longer than this goes into a folder under /tmp. */
#define MAX_PATH_BYTES 100

struct _TallyServiceSocket
{
  GObject parent_instance;

  TallyServiceBus *bus;           /* owned */
  GDBusServer     *server;        /* owned */
  GPtrArray       *connections;   /* owned; of GDBusConnection */
  char            *path;          /* owned; of the socket */
  char            *folder;        /* owned, nullable: made for this socket alone */
};

G_DEFINE_FINAL_TYPE (TallyServiceSocket, tally_service_socket, G_TYPE_OBJECT)

static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer,
                    const char        *mechanism,
                    gpointer           user_data)
{
  return g_str_equal (mechanism, "EXTERNAL");
}

/* The kernel says who is at the other end. */
static gboolean
authorize_cb (GDBusAuthObserver *observer,
              GIOStream         *stream,
              GCredentials      *credentials,
              gpointer           user_data)
{
  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ();
}

static void
closed_cb (TallyServiceSocket *self,
           gboolean            vanished,
           GError             *error,
           GDBusConnection    *connection)
{
  g_ptr_array_remove_fast (self->connections, connection);
}

static gboolean
new_connection_cb (TallyServiceSocket *self,
                   GDBusConnection    *connection,
                   GDBusServer        *server)
{
  if (!tally_service_bus_export (self->bus, connection, NULL))
    return FALSE;

  g_ptr_array_add (self->connections, g_object_ref (connection));
  g_signal_connect_object (connection, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);

  return TRUE;
}

static gboolean
choose_path (TallyServiceSocket  *self,
             const char          *store_path,
             GError             **error)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, store_path, -1);
  g_autofree char *folder = g_build_filename (g_get_user_runtime_dir (), "tallystick", NULL);
  g_autofree char *name = g_strdup_printf ("%.16s-%d.sock", digest, (int) getpid ());
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (strlen (path) <= MAX_PATH_BYTES && g_mkdir_with_parents (folder, 0700) == 0)
    {
      self->path = g_steal_pointer (&path);
      return TRUE;
    }

  self->folder = g_dir_make_tmp ("tallystick-XXXXXX", error);
  if (self->folder == NULL)
    return FALSE;
  self->path = g_build_filename (self->folder, "sock", NULL);

  return TRUE;
}

static gboolean
listen (TallyServiceSocket  *self,
        GError             **error)
{
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();
  g_autofree char *escaped = g_dbus_address_escape_value (self->path);
  g_autofree char *address = g_strconcat ("unix:path=", escaped, NULL);
  g_autofree char *guid = g_dbus_generate_guid ();

  /* One that a killed process of the same number left. */
  g_unlink (self->path);
  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  g_signal_connect (observer, "authorize-authenticated-peer", G_CALLBACK (authorize_cb), NULL);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, observer, NULL,
                                         error);
  if (self->server == NULL)
    return FALSE;

  g_signal_connect_object (self->server, "new-connection", G_CALLBACK (new_connection_cb), self,
                           G_CONNECT_SWAPPED);
  g_dbus_server_start (self->server);

  return TRUE;
}

static void
tally_service_socket_dispose (GObject *object)
{
  TallyServiceSocket *self = TALLY_SERVICE_SOCKET (object);

  if (self->server != NULL)
    g_dbus_server_stop (self->server);
  g_clear_object (&self->server);
  /* Answers that are on their way still go out. */
  for (guint i = 0; i < self->connections->len; i++)
    g_dbus_connection_flush_sync (self->connections->pdata[i], NULL, NULL);
  g_ptr_array_set_size (self->connections, 0);
  if (self->path != NULL)
    g_unlink (self->path);
  if (self->folder != NULL)
    g_rmdir (self->folder);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (tally_service_socket_parent_class)->dispose (object);
}

static void
tally_service_socket_finalize (GObject *object)
{
  TallyServiceSocket *self = TALLY_SERVICE_SOCKET (object);

  g_clear_pointer (&self->connections, g_ptr_array_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (tally_service_socket_parent_class)->finalize (object);
}

static void
tally_service_socket_class_init (TallyServiceSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_service_socket_dispose;
  object_class->finalize = tally_service_socket_finalize;
}

static void
tally_service_socket_init (TallyServiceSocket *self)
{
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * tally_service_socket_new:
 * @service: whose lock file is to name the socket
 * @bus: what is exported on each connection
 * @error: %G_IO_ERROR
 *
 * Listens, and writes the address into the lock file.
 */
TallyServiceSocket *
tally_service_socket_new (TallyService     *service,
                          TallyServiceBus  *bus,
                          GError          **error)
{
  g_autoptr (TallyServiceSocket) self = g_object_new (TALLY_TYPE_SERVICE_SOCKET, NULL);

  self->bus = g_object_ref (bus);
  if (!choose_path (self, tally_service_get_store_path (service), error) ||
      !listen (self, error) ||
      !tally_service_set_address (service, g_dbus_server_get_client_address (self->server), error))
    return NULL;

  return g_steal_pointer (&self);
}
