/* test-network-monitor.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "service/tally-network-monitor.h"

/* A network that a test switches. */
#define TEST_TYPE_NETWORK (test_network_get_type ())
G_DECLARE_FINAL_TYPE (TestNetwork, test_network, TEST, NETWORK, GObject)

struct _TestNetwork
{
  GObject  parent_instance;

  gboolean available;
  gboolean metered;
  gboolean reachable;
};

enum
{
  PROP_0,
  PROP_AVAILABLE,
  PROP_METERED,
  PROP_CONNECTIVITY,
};

static gboolean
test_network_initable_init (GInitable     *initable,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return TRUE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = test_network_initable_init;
}

static void
test_network_can_reach_async (GNetworkMonitor     *monitor,
                              GSocketConnectable  *connectable,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (monitor, cancellable, callback, user_data);

  g_task_return_boolean (task, TEST_NETWORK (monitor)->reachable);
}

static gboolean
test_network_can_reach_finish (GNetworkMonitor  *monitor,
                               GAsyncResult     *result,
                               GError          **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
monitor_iface_init (GNetworkMonitorInterface *iface)
{
  iface->can_reach_async = test_network_can_reach_async;
  iface->can_reach_finish = test_network_can_reach_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestNetwork, test_network, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, monitor_iface_init))

static void
test_network_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  TestNetwork *self = TEST_NETWORK (object);

  switch (prop_id)
    {
    case PROP_AVAILABLE:
      g_value_set_boolean (value, self->available);
      break;
    case PROP_METERED:
      g_value_set_boolean (value, self->metered);
      break;
    case PROP_CONNECTIVITY:
      g_value_set_enum (value, G_NETWORK_CONNECTIVITY_FULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
test_network_class_init (TestNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_network_get_property;
  g_object_class_override_property (object_class, PROP_AVAILABLE, "network-available");
  g_object_class_override_property (object_class, PROP_METERED, "network-metered");
  g_object_class_override_property (object_class, PROP_CONNECTIVITY, "connectivity");
}

static void
test_network_init (TestNetwork *self)
{
}

static void
change (TestNetwork *self)
{
  g_signal_emit_by_name (self, "network-changed", self->available);
  g_object_notify (G_OBJECT (self), "network-metered");
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_properties (void)
{
  g_autoptr (TestNetwork) network = g_object_new (TEST_TYPE_NETWORK, NULL);
  g_autoptr (TallyServerUrl) server = tally_server_url_parse ("http://10.0.0.1/db", NULL);
  TallyNetworkMonitor *monitor = tally_network_monitor_new (G_NETWORK_MONITOR (network));
  guint n_online = 0;
  guint n_metered = 0;

  g_signal_connect_swapped (monitor, "notify::online", G_CALLBACK (count_cb), &n_online);
  g_signal_connect_swapped (monitor, "notify::metered", G_CALLBACK (count_cb), &n_metered);
  g_assert_false (tally_network_monitor_is_online (monitor));

  /* No server yet: a network is all that can be said. */
  network->available = TRUE;
  change (network);
  g_assert_true (tally_network_monitor_is_online (monitor));
  g_assert_cmpuint (n_online, ==, 1);

  /* A network that does not lead to the server is none. */
  tally_network_monitor_set_server (monitor, server);
  change (network);
  g_assert_false (tally_network_monitor_is_online (monitor));

  /* One without a default route may. */
  network->available = FALSE;
  network->reachable = TRUE;
  network->metered = TRUE;
  change (network);
  g_assert_true (tally_network_monitor_is_online (monitor));
  g_assert_true (tally_network_monitor_is_metered (monitor));
  g_assert_cmpuint (n_online, ==, 3);
  g_assert_cmpuint (n_metered, ==, 1);

  g_assert_finalize_object (monitor);
}

static void
test_loopback (void)
{
  g_autoptr (TestNetwork) network = g_object_new (TEST_TYPE_NETWORK, NULL);
  g_autoptr (TallyServerUrl) server = tally_server_url_parse ("http://127.0.0.1:5985/db", NULL);
  TallyNetworkMonitor *monitor = tally_network_monitor_new (G_NETWORK_MONITOR (network));

  tally_network_monitor_set_server (monitor, server);
  g_assert_true (tally_network_monitor_is_online (monitor));
  change (network);
  g_assert_true (tally_network_monitor_is_online (monitor));
  tally_network_monitor_set_server (monitor, NULL);
  g_assert_false (tally_network_monitor_is_online (monitor));

  g_assert_finalize_object (monitor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/service/network-monitor/properties", test_properties);
  g_test_add_func ("/service/network-monitor/loopback", test_loopback);

  return g_test_run ();
}
