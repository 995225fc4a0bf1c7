/* tally-agent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-agent"

#include "agent/tally-agent.h"

#include "base/tally-system-clock.h"
#include "client/tally-client.h"
#include "config.h"
#include "service/tally-service-error.h"
#include "service/tally-service-socket.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

/* How long another holder of the store may take to end, and how often it is asked: the same as
 * for tallyctl. */
#define HOLD_US (10 * G_USEC_PER_SEC)
#define HOLD_STEP_US (G_USEC_PER_SEC / 10)

struct _TallyAgent
{
  GObject parent_instance;

  TallyAgentOptions   options;   /* its texts borrowed from main() */

  GMainLoop          *loop;      /* owned */
  TallyService       *service;   /* owned */
  TallyServiceBus    *bus;       /* owned */
  TallyServiceSocket *socket;    /* owned, nullable */

  guint               name;      /* id of g_bus_own_name() */
  guint               sources[2];
  gboolean            ending;
  int                 code;
};

G_DEFINE_FINAL_TYPE (TallyAgent, tally_agent, G_TYPE_OBJECT)

/* Whoever started the agent reads this; where nobody did, the journal has it. */
static void
tell (const char *format,
      ...) G_GNUC_PRINTF (1, 2);

static void
tell (const char *format,
      ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("tallystick-agent: %s\n", text);
}

static void
fail (TallyAgent   *self,
      const GError *error)
{
  g_autoptr (GError) translated = tally_service_error_translate (error);

  tell ("%s", translated->message);
  self->code = g_error_matches (translated, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_LOCKED)
               ? TALLY_AGENT_LOCKED : TALLY_AGENT_FAILED;
}

/* --- the end --- */

static void
close_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  TallyAgent *self = user_data;

  tally_service_close_finish (TALLY_SERVICE (source), result, NULL);
  g_main_loop_quit (self->loop);
}

static void
end (TallyAgent *self)
{
  if (self->ending)
    return;

  self->ending = TRUE;
  tally_service_close_async (self->service, close_cb, self);
}

static gboolean
signal_cb (gpointer user_data)
{
  end (user_data);

  return G_SOURCE_CONTINUE;
}

/* --- the doors --- */

static void
bus_acquired_cb (GDBusConnection *connection,
                 const char      *name,
                 gpointer         user_data)
{
  TallyAgent *self = user_data;
  g_autoptr (GError) error = NULL;

  /* Sync goes on when the session's bus ends before the session's programs. */
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  if (!tally_service_bus_export (self->bus, connection, &error))
    tell (_("Not on the session bus: %s"), error->message);
}

static void
name_lost_cb (GDBusConnection *connection,
              const char      *name,
              gpointer         user_data)
{
  if (connection == NULL)
    tell ("%s", _("There is no session bus. The agent works without it; tallyctl reaches it with "
                  "--store."));
  else
    tell ("%s", _("Another agent has the name on the session bus. tallyctl reaches this one with "
                  "--store."));
}

static void
open_doors (TallyAgent *self)
{
  g_autoptr (GError) error = NULL;

  self->bus = tally_service_bus_new (self->service);
  self->socket = tally_service_socket_new (self->service, self->bus, &error);
  if (self->socket == NULL)
    tell (_("No private socket: %s"), error->message);
  if (!self->options.no_bus)
    self->name = g_bus_own_name (G_BUS_TYPE_SESSION, TALLY_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                 bus_acquired_cb, NULL, name_lost_cb, self, NULL);
  tell (_("Serving %s"), tally_service_get_store_path (self->service));
}

/* --- the start --- */

static void
connect_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  TallyAgent *self = user_data;
  g_autoptr (GError) error = NULL;

  if (tally_sync_manager_connect_finish (TALLY_SYNC_MANAGER (source), result, &error))
    return;

  fail (self, error);
  end (self);
}

static void
open_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TallyAgent *self = user_data;
  const TallyAgentOptions *options = &self->options;
  g_autoptr (GError) error = NULL;

  if (!tally_service_open_finish (self->service, result, &error))
    {
      fail (self, error);
      g_main_loop_quit (self->loop);
      return;
    }

  open_doors (self);
  if (options->url != NULL)
    tally_sync_manager_connect_async (tally_service_get_manager (self->service), options->url,
                                      options->service.user != NULL ? options->service.user : "",
                                      options->service.password != NULL
                                        ? options->service.password : "",
                                      NULL, connect_cb, self);
}

static void
tally_agent_dispose (GObject *object)
{
  TallyAgent *self = TALLY_AGENT (object);

  g_clear_handle_id (&self->name, g_bus_unown_name);
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    g_clear_handle_id (&self->sources[i], g_source_remove);
  g_clear_object (&self->socket);
  g_clear_object (&self->bus);
  g_clear_object (&self->service);
  g_clear_pointer (&self->loop, g_main_loop_unref);

  G_OBJECT_CLASS (tally_agent_parent_class)->dispose (object);
}

static void
tally_agent_class_init (TallyAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_agent_dispose;
}

static void
tally_agent_init (TallyAgent *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
}

TallyAgent *
tally_agent_new (const TallyAgentOptions *options)
{
  TallyAgent *self = g_object_new (TALLY_TYPE_AGENT, NULL);

  self->options = *options;

  return self;
}

/* A tallyctl holds a store for the moment of its command: worth waiting for. The main loop does
 * not run yet, so nobody waits with us. */
static TallyService *
open_service (TallyAgent  *self,
              GError     **error)
{
  g_autoptr (TallyClock) clock = tally_system_clock_new ();
  gint64 deadline_us = tally_clock_now_us (clock) + HOLD_US;
  TallyServiceOptions options = self->options.service;

  /* The user and the password are for the server of the command line. The store may still name
   * another, which must not be asked with them. */
  if (self->options.url != NULL)
    {
      options.user = NULL;
      options.password = NULL;
      options.held = TRUE;
    }

  while (TRUE)
    {
      g_autoptr (GError) local_error = NULL;
      TallyService *service = tally_service_new (&options, &local_error);

      if (service != NULL)
        return service;
      if (!g_error_matches (local_error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED) ||
          tally_clock_now_us (clock) >= deadline_us ||
          !tally_clock_sleep_us (clock, HOLD_STEP_US, NULL, &local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
}

int
tally_agent_run (TallyAgent *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (TALLY_IS_AGENT (self), TALLY_AGENT_FAILED);

  self->service = open_service (self, &error);
  if (self->service == NULL)
    {
      fail (self, error);
      return self->code;
    }

  self->sources[0] = g_unix_signal_add (SIGTERM, signal_cb, self);
  self->sources[1] = g_unix_signal_add (SIGINT, signal_cb, self);
  tally_service_open_async (self->service, NULL, open_cb, self);
  g_main_loop_run (self->loop);

  return self->code;
}
