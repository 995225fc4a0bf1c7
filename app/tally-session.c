/* tally-session.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-session.h"

#include "tally-lock-note.h"

#include <glib/gi18n.h>

/**
 * TallySession:
 *
 * The window's way to whoever holds the store: the agent on the session bus, the socket a lock
 * file names, or a socket that was given. Says which it is, what is wrong when there is none and
 * what to do about it. Carries the few commands that belong to no page. Refuses to open a store.
 * Main thread. Fails by its "state"; a command that fails says so by "problem".
 *
 * Properties: "state" (connecting, ready, lost), "client" (nullable), "title" and "message" (for
 * the state "lost"), "ready", "paused".
 */
struct _TallySession
{
  GObject parent_instance;

  char         *store;          /* nullable: connect to its holder */
  char         *address;        /* nullable: connect there */

  TallyClient  *client;         /* nullable, owned */
  TallyClient  *waiting;        /* nullable, owned: not connected; may come (back) */
  const char   *state;
  char         *message;        /* nullable */

  GCancellable *cancellable;    /* owned; lives as long as the session */
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_CLIENT,
  PROP_TITLE,
  PROP_MESSAGE,
  PROP_READY,
  PROP_PAUSED,
  N_PROPS
};

enum
{
  PROBLEM,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallySession, tally_session, G_TYPE_OBJECT)

static const char *
make_title (TallySession *self)
{
  if (g_str_equal (self->state, "connecting"))
    return _("Connecting…");
  if (self->store != NULL)
    return _("Nobody Holds This Store");
  if (self->address != NULL)
    return _("The Store Cannot Be Reached");

  return _("The Agent Is Not Running");
}

/* What to do, after what is known. */
static const char *
make_hint (TallySession *self)
{
  if (self->store != NULL || self->address != NULL)
    return _("Start the agent with this store (tallystick-agent --store FILE), then try again.");

  return _("The agent keeps the store and the server in agreement. Start it with "
           "“tallystick-agent”, or sign in again if it was installed just now, then try again.");
}

static void
set_state (TallySession *self,
           const char   *state,
           const char   *detail)
{
  g_free (self->message);
  self->message = NULL;
  self->state = state;
  if (g_str_equal (state, "lost"))
    self->message = detail != NULL ? g_strdup_printf ("%s\n\n%s", make_hint (self), detail)
                                   : g_strdup (make_hint (self));

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIENT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
paused_cb (TallySession *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/* The same client stays while its holder is away: a bus name that comes back is served at once. */
static void
connected_cb (TallySession *self,
              GParamSpec   *pspec,
              TallyClient  *client)
{
  if (client == self->client && !tally_client_is_connected (client))
    {
      g_set_object (&self->waiting, client);
      g_clear_object (&self->client);
      set_state (self, "lost", NULL);
    }
  else if (client == self->waiting && tally_client_is_connected (client))
    {
      g_clear_object (&self->waiting);
      tally_session_connect (self);
    }
}

static void
client_ready_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (TallySession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyClient) client = tally_client_new_finish (result, &error);

  if (client == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      set_state (self, "lost", error->message);
      return;
    }

  g_signal_connect_object (client, "notify::connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  if (!tally_client_is_connected (client))
    {
      g_set_object (&self->waiting, client);
      set_state (self, "lost", NULL);
      return;
    }

  g_signal_connect_object (tally_client_get_proxy (client), "notify::paused",
                           G_CALLBACK (paused_cb), self, G_CONNECT_SWAPPED);
  g_set_object (&self->client, client);
  set_state (self, "ready", NULL);
}

static void
report (TallySession *self,
        GError       *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_dbus_error_strip_remote_error (error);
  g_signal_emit (self, signals[PROBLEM], 0, error->message);
}

static void
sync_ready_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (TallySession) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tally_bus_sync_call_sync_finish (TALLY_BUS_SYNC (source), NULL, result, &error))
    report (self, error);
}

static void
pause_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (TallySession) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tally_bus_sync_call_pause_finish (TALLY_BUS_SYNC (source), result, &error))
    report (self, error);
}

static void
resume_ready_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (TallySession) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tally_bus_sync_call_resume_finish (TALLY_BUS_SYNC (source), result, &error))
    report (self, error);
}

static void
tally_session_dispose (GObject *object)
{
  TallySession *self = TALLY_SESSION (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->waiting);

  G_OBJECT_CLASS (tally_session_parent_class)->dispose (object);
}

static void
tally_session_finalize (GObject *object)
{
  TallySession *self = TALLY_SESSION (object);

  g_clear_pointer (&self->store, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->message, g_free);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (tally_session_parent_class)->finalize (object);
}

static void
tally_session_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  TallySession *self = TALLY_SESSION (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_string (value, self->state);
      break;
    case PROP_CLIENT:
      g_value_set_object (value, self->client);
      break;
    case PROP_TITLE:
      g_value_set_string (value, make_title (self));
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->client != NULL);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->client != NULL &&
                           tally_bus_sync_get_paused (tally_client_get_proxy (self->client)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_session_class_init (TallySessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_session_dispose;
  object_class->finalize = tally_session_finalize;
  object_class->get_property = tally_session_get_property;

  properties[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, NULL, flags);
  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, TALLY_TYPE_CLIENT, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /* A command failed; carries the message. */
  signals[PROBLEM] = g_signal_new ("problem", TALLY_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tally_session_init (TallySession *self)
{
  self->state = "connecting";
  self->cancellable = g_cancellable_new ();
}

/**
 * tally_session_new:
 * @store: (nullable): a store's file, to connect to its holder
 * @address: (nullable): a holder's D-Bus address
 *
 * With neither the agent on the session bus is meant, which D-Bus starts when it can.
 *
 * Returns: (transfer full): a session that is not connected yet
 */
TallySession *
tally_session_new (const char *store,
                   const char *address)
{
  TallySession *self = g_object_new (TALLY_TYPE_SESSION, NULL);

  self->store = g_strdup (store);
  self->address = g_strdup (address);

  return self;
}

TallyClient *
tally_session_get_client (TallySession *self)
{
  g_return_val_if_fail (TALLY_IS_SESSION (self), NULL);

  return self->client;
}

/**
 * tally_session_connect:
 * @self: a session
 *
 * Tries (again) to reach the holder; the state says how it went.
 */
void
tally_session_connect (TallySession *self)
{
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (TALLY_IS_SESSION (self));

  g_clear_object (&self->client);
  g_clear_object (&self->waiting);

  if (self->store != NULL && self->address == NULL)
    {
      address = tally_lock_note_read_address (self->store, &error);
      if (address == NULL)
        {
          set_state (self, "lost", error->message);
          return;
        }
    }

  set_state (self, "connecting", NULL);
  if (self->address != NULL || address != NULL)
    tally_client_new_for_address_async (self->address != NULL ? self->address : address,
                                        self->cancellable, client_ready_cb, g_object_ref (self));
  else
    tally_client_new_for_agent_async (self->cancellable, client_ready_cb, g_object_ref (self));
}

/**
 * tally_session_sync:
 * @self: a session that is ready
 * @proof: what the run is to prove: checked, verified or compared
 *
 * Starts a run, or joins the one under way.
 */
void
tally_session_sync (TallySession *self,
                    const char   *proof)
{
  GVariantDict options;

  g_return_if_fail (TALLY_IS_SESSION (self));
  g_return_if_fail (self->client != NULL);

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "proof", "s", proof);
  tally_bus_sync_call_sync (tally_client_get_proxy (self->client), g_variant_dict_end (&options),
                            self->cancellable, sync_ready_cb, g_object_ref (self));
}

/**
 * tally_session_set_paused:
 * @self: a session that is ready
 * @paused: whether runs shall wait
 */
void
tally_session_set_paused (TallySession *self,
                          gboolean      paused)
{
  TallyBusSync *proxy;

  g_return_if_fail (TALLY_IS_SESSION (self));
  g_return_if_fail (self->client != NULL);

  proxy = tally_client_get_proxy (self->client);
  if (paused)
    tally_bus_sync_call_pause (proxy, self->cancellable, pause_ready_cb, g_object_ref (self));
  else
    tally_bus_sync_call_resume (proxy, self->cancellable, resume_ready_cb, g_object_ref (self));
}
