/* sim-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-transport.h"

/**
 * TallySimTransport:
 *
 * A device's end of the simulated network. A device whose disk is dead is dead as a whole: nothing
 * leaves it any more. Fails as any transport does.
 */
struct _TallySimTransport
{
  GObject      parent_instance;

  TallySimNet *net;     /* unowned */
  TallyClock  *clock;   /* unowned */
  TallySimVfs *disk;    /* unowned */

  TallySimLedger *ledger;   /* unowned */
  guint           device;
  gboolean        offline;
  guint           n_writes;
  guint           n_batches;
};

static TallyResponse *
tally_sim_transport_send (TallyTransport      *transport,
                          const TallyRequest  *request,
                          GCancellable        *cancellable,
                          GError             **error)
{
  TallySimTransport *self = TALLY_SIM_TRANSPORT (transport);
  g_autoptr (TallyResponse) response = NULL;

  if (self->offline)
    {
      g_set_error_literal (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE, "offline");
      return NULL;
    }

  self->n_writes += g_str_equal (request->method, "PUT");
  if (request->body != NULL && g_str_has_suffix (request->url, "/_bulk_docs"))
    {
      self->n_writes++;
      self->n_batches++;
      tally_sim_ledger_note_sent (self->ledger, self->device, request->body);
    }

  if (!tally_sim_vfs_is_dead (self->disk))
    response = tally_sim_net_exchange (self->net, self->device, self->clock, request,
                                       cancellable, error);

  if (self->offline && response != NULL)
    {
      /* Whatever it said, nobody has heard it. */
      tally_sim_net_unlock (self->net, self->device);
      g_set_error_literal (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, "offline");
      return NULL;
    }
  if (!tally_sim_vfs_is_dead (self->disk))
    return g_steal_pointer (&response);

  g_clear_error (error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "dead");

  return NULL;
}

static void
tally_sim_transport_iface_init (TallyTransportInterface *iface)
{
  iface->send = tally_sim_transport_send;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TallySimTransport, tally_sim_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT,
                                                      tally_sim_transport_iface_init))

static void
tally_sim_transport_class_init (TallySimTransportClass *klass)
{
}

static void
tally_sim_transport_init (TallySimTransport *self)
{
}

TallyTransport *
tally_sim_transport_new (guint           device,
                         TallySimNet    *net,
                         TallyClock     *clock,
                         TallySimVfs    *disk,
                         TallySimLedger *ledger)
{
  TallySimTransport *self = g_object_new (TALLY_TYPE_SIM_TRANSPORT, NULL);

  self->device = device;
  self->net = net;
  self->clock = clock;
  self->disk = disk;
  self->ledger = ledger;

  return TALLY_TRANSPORT (self);
}

void
tally_sim_transport_set_offline (TallySimTransport *self,
                                 gboolean           offline)
{
  self->offline = offline;
}

guint
tally_sim_transport_get_n_writes (TallySimTransport *self)
{
  return self->n_writes;
}

guint
tally_sim_transport_get_n_batches (TallySimTransport *self)
{
  return self->n_batches;
}
