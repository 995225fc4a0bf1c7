/* tally-network-monitor.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-network-monitor.h"

struct _TallyNetworkMonitor
{
  GObject parent_instance;

  GNetworkMonitor *network;       /* owned */

  char            *url;           /* owned, nullable: no server, or one on this machine */
  gboolean         loopback;
  gboolean         online;
  gboolean         metered;

  GCancellable    *cancellable;   /* owned, nullable; of the question under way */
};

enum
{
  PROP_0,
  PROP_ONLINE,
  PROP_METERED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyNetworkMonitor, tally_network_monitor, G_TYPE_OBJECT)

static void
set_online (TallyNetworkMonitor *self,
            gboolean             online)
{
  if (self->online == online)
    return;

  self->online = online;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONLINE]);
}

static void
reach_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (TallyNetworkMonitor) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean reached;

  reached = g_network_monitor_can_reach_finish (G_NETWORK_MONITOR (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  set_online (self, reached);
}

static void
drop_question (TallyNetworkMonitor *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* A server in the local network may be reached without a default route, which is all that
 * "network-available" looks at. */
static void
update (TallyNetworkMonitor *self)
{
  g_autoptr (GSocketConnectable) address = NULL;
  gboolean metered = g_network_monitor_get_network_metered (self->network);

  if (self->metered != metered)
    {
      self->metered = metered;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_METERED]);
    }

  drop_question (self);
  if (self->loopback)
    {
      set_online (self, TRUE);
      return;
    }

  if (self->url != NULL)
    address = g_network_address_parse_uri (self->url, 80, NULL);
  if (address == NULL)
    {
      set_online (self, g_network_monitor_get_network_available (self->network));
      return;
    }

  self->cancellable = g_cancellable_new ();
  g_network_monitor_can_reach_async (self->network, address, self->cancellable, reach_cb,
                                     g_object_ref (self));
}

static void
tally_network_monitor_dispose (GObject *object)
{
  TallyNetworkMonitor *self = TALLY_NETWORK_MONITOR (object);

  drop_question (self);
  g_clear_object (&self->network);

  G_OBJECT_CLASS (tally_network_monitor_parent_class)->dispose (object);
}

static void
tally_network_monitor_finalize (GObject *object)
{
  TallyNetworkMonitor *self = TALLY_NETWORK_MONITOR (object);

  g_clear_pointer (&self->url, g_free);

  G_OBJECT_CLASS (tally_network_monitor_parent_class)->finalize (object);
}

static void
tally_network_monitor_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  TallyNetworkMonitor *self = TALLY_NETWORK_MONITOR (object);

  switch (prop_id)
    {
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_METERED:
      g_value_set_boolean (value, self->metered);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_network_monitor_class_init (TallyNetworkMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_network_monitor_dispose;
  object_class->finalize = tally_network_monitor_finalize;
  object_class->get_property = tally_network_monitor_get_property;

  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  properties[PROP_METERED] = g_param_spec_boolean ("metered", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_network_monitor_init (TallyNetworkMonitor *self)
{
}

/**
 * tally_network_monitor_new:
 * @network: (nullable): what to ask; %NULL: the machine's own
 */
TallyNetworkMonitor *
tally_network_monitor_new (GNetworkMonitor *network)
{
  TallyNetworkMonitor *self = g_object_new (TALLY_TYPE_NETWORK_MONITOR, NULL);

  self->network = g_object_ref (network != NULL ? network : g_network_monitor_get_default ());
  self->online = g_network_monitor_get_network_available (self->network);
  g_signal_connect_object (self->network, "network-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "notify::network-metered", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return self;
}

/**
 * tally_network_monitor_set_server:
 * @self: a network monitor
 * @server: (nullable): whom to reach; %NULL: nobody yet
 */
void
tally_network_monitor_set_server (TallyNetworkMonitor  *self,
                                  const TallyServerUrl *server)
{
  g_return_if_fail (TALLY_IS_NETWORK_MONITOR (self));

  g_clear_pointer (&self->url, g_free);
  self->loopback = server != NULL && server->loopback;
  if (server != NULL && !server->loopback)
    self->url = g_strdup (server->url);
  update (self);
}

gboolean
tally_network_monitor_is_online (TallyNetworkMonitor *self)
{
  g_return_val_if_fail (TALLY_IS_NETWORK_MONITOR (self), FALSE);

  return self->online;
}

gboolean
tally_network_monitor_is_metered (TallyNetworkMonitor *self)
{
  g_return_val_if_fail (TALLY_IS_NETWORK_MONITOR (self), FALSE);

  return self->metered;
}
