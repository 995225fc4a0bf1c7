/* tally-packing-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "http/tally-packing-transport.h"

/* Bodies shorter than this are not worth packing, bytes: with their headers they fill a packet or
 * two. */
#define MIN_PACKED_LENGTH 4000

/* zlib's own choice between time and bytes. */
#define PACKING_LEVEL -1

/* What is known of the server. */
typedef enum
{
  PACKING_UNKNOWN,
  PACKING_TAKEN,     /* it has taken a packed body */
  PACKING_REFUSED,   /* it would not take packed what it took plain, or that is not known */
} Packing;

/**
 * TallyPackingTransport:
 *
 * Sends longer bodies as gzip over the transport that it wraps. No server says beforehand whether
 * it takes that (CouchDB does, and answers 415 to what it does not know): the first one is sent
 * again as it is where the answer to it may be about the packing, and where none comes, no other is
 * packed. What it may be sent twice for is
 * the callers' business: all that is sent with a long body here may be repeated.
 *
 * Owned and used by one worker thread. Fails as the inner transport does.
 */
struct _TallyPackingTransport
{
  GObject parent_instance;

  TallyTransport *inner;     /* owned */
  Packing         packing;
};

static void tally_packing_transport_iface_init (TallyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyPackingTransport, tally_packing_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT,
                                                      tally_packing_transport_iface_init))

static GBytes *
pack (GBytes *plain)
{
  g_autoptr (GZlibCompressor) packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP,
                                                              PACKING_LEVEL);
  g_autoptr (GOutputStream) packed = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (packed, G_CONVERTER (packer));
  gsize length;
  const void *data = g_bytes_get_data (plain, &length);

  /* Into memory, from memory: nothing of it can fail. */
  if (!g_output_stream_write_all (stream, data, length, NULL, NULL, NULL) ||
      !g_output_stream_close (stream, NULL, NULL))
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (packed));
}

/* What servers say of a body that they cannot read. */
static gboolean
may_be_about_packing (guint status)
{
  return status == 400 || status == 415 || status == 500;
}

/* The same as it is; its answer counts, and the bytes of both. */
static TallyResponse *
send_plain (TallyPackingTransport  *self,
            const TallyRequest     *request,
            TallyResponse          *before,
            GCancellable           *cancellable,
            GError                **error)
{
  g_autoptr (TallyResponse) response = tally_transport_send (self->inner, request, cancellable,
                                                             error);

  if (response == NULL)
    return NULL;
  if (response->status < 400)
    self->packing = PACKING_REFUSED;

  return tally_response_new (response->status, response->content_type, response->retry_after_ms,
                             response->body, response->bytes_up + before->bytes_up,
                             response->bytes_down + before->bytes_down);
}

static TallyResponse *
tally_packing_transport_send (TallyTransport      *transport,
                              const TallyRequest  *request,
                              GCancellable        *cancellable,
                              GError             **error)
{
  TallyPackingTransport *self = TALLY_PACKING_TRANSPORT (transport);
  TallyRequest packed = *request;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TallyResponse) response = NULL;

  if (self->packing != PACKING_REFUSED && request->body != NULL &&
      g_bytes_get_size (request->body) >= MIN_PACKED_LENGTH)
    body = pack (request->body);
  if (body == NULL)
    return tally_transport_send (self->inner, request, cancellable, error);

  packed.body = body;
  packed.content_encoding = "gzip";
  response = tally_transport_send (self->inner, &packed, cancellable, error);
  /* What stands in between may be what chokes on it; the next try shows it. */
  if (response == NULL && self->packing == PACKING_UNKNOWN)
    self->packing = PACKING_REFUSED;
  if (response == NULL)
    return NULL;
  if (self->packing == PACKING_UNKNOWN && may_be_about_packing (response->status))
    return send_plain (self, request, response, cancellable, error);
  if (response->status < 400)
    self->packing = PACKING_TAKEN;

  return g_steal_pointer (&response);
}

static void
tally_packing_transport_iface_init (TallyTransportInterface *iface)
{
  iface->send = tally_packing_transport_send;
}

static void
tally_packing_transport_dispose (GObject *object)
{
  g_clear_object (&TALLY_PACKING_TRANSPORT (object)->inner);

  G_OBJECT_CLASS (tally_packing_transport_parent_class)->dispose (object);
}

static void
tally_packing_transport_class_init (TallyPackingTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_packing_transport_dispose;
}

static void
tally_packing_transport_init (TallyPackingTransport *self)
{
}

/**
 * tally_packing_transport_new:
 * @inner: how requests leave; a reference is taken
 *
 * Returns: (transfer full): a transport for the thread that uses it
 */
TallyTransport *
tally_packing_transport_new (TallyTransport *inner)
{
  TallyPackingTransport *self = g_object_new (TALLY_TYPE_PACKING_TRANSPORT, NULL);

  self->inner = g_object_ref (inner);

  return TALLY_TRANSPORT (self);
}
