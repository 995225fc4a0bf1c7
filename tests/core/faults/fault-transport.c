/* fault-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "fault-transport.h"

#include "http/tally-soup-transport.h"

/* It has to be enough for a request to arrive: the server counts it. */
#define PATIENCE_MS 500

struct _FaultTransport
{
  GObject parent_instance;

  TallyTransport *real;     /* owned */
  FaultServer    *server;   /* borrowed */
};

static void fault_transport_iface_init (TallyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FaultTransport, fault_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT,
                                                      fault_transport_iface_init))

static TallyResponse *
fault_transport_send (TallyTransport      *transport,
                      const TallyRequest  *request,
                      GCancellable        *cancellable,
                      GError             **error)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);
  TallyRequest hurried = *request;

  if (fault_server_announce (self->server, request->method, request->url))
    hurried.timeout_ms = PATIENCE_MS;

  return tally_transport_send (self->real, &hurried, cancellable, error);
}

static void
fault_transport_iface_init (TallyTransportInterface *iface)
{
  iface->send = fault_transport_send;
}

static void
fault_transport_dispose (GObject *object)
{
  g_clear_object (&FAULT_TRANSPORT (object)->real);

  G_OBJECT_CLASS (fault_transport_parent_class)->dispose (object);
}

static void
fault_transport_class_init (FaultTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fault_transport_dispose;
}

static void
fault_transport_init (FaultTransport *self)
{
}

TallyTransport *
fault_transport_new (FaultServer *server)
{
  FaultTransport *self = g_object_new (FAULT_TYPE_TRANSPORT, NULL);

  self->real = tally_soup_transport_new (NULL);
  self->server = server;

  return TALLY_TRANSPORT (self);
}
