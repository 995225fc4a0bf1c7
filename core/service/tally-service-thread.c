/* tally-service-thread.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-thread.h"

#include "base/tally-system-clock.h"
#include "config.h"
#include "service/tally-service-bus.h"
#include "service/tally-service-error.h"
#include "service/tally-service-socket.h"
#include "store/tally-store-lock.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>

/* A command that holds the store for itself is over in less, as a rule. */
#define REACH_US (10 * G_USEC_PER_SEC)
#define REACH_STEP_US (G_USEC_PER_SEC / 20)

struct _TallyServiceThread
{
  const TallyServiceOptions *options;      /* borrowed while starting */
  GThread                   *thread;       /* owned */
  GMainContext              *context;      /* owned; the thread's */
  GMainLoop                 *loop;         /* owned; the thread's */
  GIOStream                 *far;          /* owned; the service's end until it is taken */
  GDBusConnection           *connection;   /* owned; our end */

  GAsyncQueue               *started;      /* owned; one Start comes out */
};

/* How the thread's start went. */
typedef struct
{
  GError *error;   /* owned, nullable: it serves */
} Start;

static void
report_start (TallyServiceThread *self,
              GError             *error)
{
  Start *start = g_new0 (Start, 1);

  start->error = error;
  g_async_queue_push (self->started, start);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GMainContext  *context,
          GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (context, TRUE);

  return *slot;
}

static gboolean
open_service (TallyServiceThread  *self,
              TallyService        *service,
              GError             **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tally_service_open_async (service, NULL, done_cb, &result);

  return tally_service_open_finish (service, wait_for (self->context, &result), error);
}

static void
close_service (TallyServiceThread *self,
               TallyService       *service)
{
  g_autoptr (GAsyncResult) result = NULL;

  tally_service_close_async (service, done_cb, &result);
  tally_service_close_finish (service, wait_for (self->context, &result), NULL);
}

/* Our end shakes hands from the other thread meanwhile. */
static GDBusConnection *
serve (TallyServiceThread  *self,
       TallyServiceBus     *bus,
       GError             **error)
{
  g_autoptr (GIOStream) stream = g_steal_pointer (&self->far);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();

  connection =
    g_dbus_connection_new_sync (stream, guid,
                                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                NULL, NULL, error);
  if (connection == NULL || !tally_service_bus_export (bus, connection, error))
    return NULL;

  g_dbus_connection_start_message_processing (connection);

  return g_steal_pointer (&connection);
}

static void
run_service (TallyServiceThread *self,
             TallyService       *service)
{
  g_autoptr (TallyServiceBus) bus = tally_service_bus_new (service);
  g_autoptr (TallyServiceSocket) socket = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  /* Others may join in while this command lasts; without the socket they wait for its end. */
  socket = tally_service_socket_new (service, bus, &error);
  if (socket == NULL)
    g_info ("No private socket: %s", error->message);

  report_start (self, NULL);
  connection = serve (self, bus, NULL);
  if (connection != NULL)
    g_main_loop_run (self->loop);

  close_service (self, service);
  if (connection != NULL)
    g_dbus_connection_close_sync (connection, NULL, NULL);
  g_object_run_dispose (G_OBJECT (bus));
}

static gpointer
thread_main (gpointer data)
{
  TallyServiceThread *self = data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (TallyService) service = NULL;
  GError *error = NULL;

  service = tally_service_new (self->options, &error);
  if (service == NULL || !open_service (self, service, &error))
    report_start (self, error);
  else
    run_service (self, service);

  g_clear_object (&service);
  while (g_main_context_iteration (self->context, FALSE))
    ;

  return NULL;
}

static gboolean
make_pair (TallyServiceThread  *self,
           GIOStream          **near,
           GError             **error)
{
  g_autoptr (GSocket) ours = NULL;
  g_autoptr (GSocket) theirs = NULL;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "socketpair: %s",
                   g_strerror (errno));
      return FALSE;
    }

  ours = g_socket_new_from_fd (fds[0], error);
  theirs = g_socket_new_from_fd (fds[1], error);
  if (ours == NULL || theirs == NULL)
    return FALSE;

  *near = G_IO_STREAM (g_socket_connection_factory_create_connection (ours));
  self->far = G_IO_STREAM (g_socket_connection_factory_create_connection (theirs));

  return TRUE;
}

static gboolean
wait_for_start (TallyServiceThread  *self,
                GError             **error)
{
  g_autofree Start *start = g_async_queue_pop (self->started);

  self->options = NULL;
  if (start->error == NULL)
    return TRUE;

  g_propagate_error (error, start->error);

  return FALSE;
}

/**
 * tally_service_thread_start:
 * @options: what the service is given
 * @cancellable: (nullable): ends the start
 * @error: of the lock, the store or the database
 *
 * Returns: (transfer full): the running service
 */
TallyServiceThread *
tally_service_thread_start (const TallyServiceOptions  *options,
                            GCancellable               *cancellable,
                            GError                    **error)
{
  g_autoptr (TallyServiceThread) self = g_new0 (TallyServiceThread, 1);
  g_autoptr (GIOStream) near = NULL;

  self->options = options;
  self->started = g_async_queue_new ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  if (!make_pair (self, &near, error))
    return NULL;

  self->thread = g_thread_new ("tally-service", thread_main, self);
  if (!wait_for_start (self, error))
    return NULL;

  self->connection =
    g_dbus_connection_new_sync (near, NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                cancellable, error);

  return self->connection != NULL ? g_steal_pointer (&self) : NULL;
}

GDBusConnection *
tally_service_thread_get_connection (TallyServiceThread *self)
{
  return self->connection;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);

  return G_SOURCE_REMOVE;
}

void
tally_service_thread_stop (TallyServiceThread *self)
{
  if (self->connection != NULL)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      /* A source rather than a direct quit: the loop may not run yet. */
      g_source_set_callback (source, quit_cb, g_main_loop_ref (self->loop),
                             (GDestroyNotify) g_main_loop_unref);
      g_source_attach (source, self->context);
    }
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_object (&self->connection);
  g_clear_object (&self->far);
  g_clear_pointer (&self->started, g_async_queue_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

char *
tally_service_dup_default_path (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "tallystick", NULL);

  /* A folder that can't be made shows as the lock file's error, which names it. */
  g_mkdir_with_parents (folder, 0700);

  return g_build_filename (folder, "default.tally", NULL);
}

/* --- whoever holds the store --- */

static TallyClient *
reach_holder (const char    *store_path,
              int           *pid,
              GCancellable  *cancellable)
{
  g_autofree char *path = g_canonicalize_filename (store_path, NULL);
  g_autoptr (TallyStoreHolder) holder = NULL;
  g_autoptr (TallyStoreLock) lock = tally_store_lock_acquire (path, &holder, NULL);

  if (holder == NULL)
    return NULL;

  *pid = holder->pid;
  if (*holder->address == '\0')
    return NULL;

  return tally_client_new_for_address_sync (holder->address, cancellable, NULL);
}

static TallyClient *
reach_once (const TallyServiceOptions  *options,
            TallyServiceThread        **thread,
            int                        *pid,
            GCancellable               *cancellable,
            GError                    **error)
{
  g_autoptr (TallyServiceThread) own = tally_service_thread_start (options, cancellable, error);
  TallyClient *client;

  if (own != NULL)
    {
      client = tally_client_new_for_connection_sync (own->connection, cancellable, error);
      if (client != NULL)
        *thread = g_steal_pointer (&own);
      return client;
    }
  if (error != NULL && !g_error_matches (*error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED))
    return NULL;

  client = reach_holder (options->store_path, pid, cancellable);
  if (client != NULL)
    g_clear_error (error);

  return client;
}

/**
 * tally_service_thread_reach:
 * @options: for a service of our own
 * @thread: (out) (transfer full) (nullable): a service of our own; %NULL: somebody else's
 * @cancellable: (nullable): ends the waiting
 * @error: %TALLY_CLIENT_ERROR
 *
 * Returns: (transfer full): the way to whoever may open the store
 */
TallyClient *
tally_service_thread_reach (const TallyServiceOptions  *options,
                            TallyServiceThread        **thread,
                            GCancellable               *cancellable,
                            GError                    **error)
{
  g_autoptr (TallyClock) clock = tally_system_clock_new ();
  gint64 deadline_us = tally_clock_now_us (clock) + REACH_US;
  g_autoptr (GError) local_error = NULL;
  int pid = 0;

  *thread = NULL;
  while (TRUE)
    {
      TallyClient *client;

      g_clear_error (&local_error);
      client = reach_once (options, thread, &pid, cancellable, &local_error);
      if (client != NULL)
        return client;
      if (!g_error_matches (local_error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED) ||
          tally_clock_now_us (clock) >= deadline_us ||
          !tally_clock_sleep_us (clock, REACH_STEP_US, cancellable, NULL))
        break;
    }

  if (g_error_matches (local_error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED))
    g_set_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_LOCKED,
                 _("The store “%s” is in use by process %d, which does not answer. Try again when "
                   "it has ended."), options->store_path, pid);
  else
    g_propagate_error (error, tally_service_error_translate (local_error));

  return NULL;
}
