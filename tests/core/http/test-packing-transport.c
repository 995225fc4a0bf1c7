/* test-packing-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "http/tally-packing-transport.h"

#include <string.h>

/* A server that answers packed bodies with one status and plain ones with another. */
typedef struct
{
  GObject parent_instance;

  guint   packed_status;
  guint   plain_status;
  guint   n_packed;
  guint   n_plain;
  gsize   n_bytes;     /* of the last body */
  char   *unpacked;    /* owned, nullable: the last packed one */
} TestServer;

typedef GObjectClass TestServerClass;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, g_object_unref)

static GType test_server_get_type (void);
static void test_server_iface_init (TallyTransportInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestServer, test_server, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT, test_server_iface_init))

static char *
unpack (GBytes *body)
{
  g_autoptr (GZlibDecompressor) unpacker = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) source = g_memory_input_stream_new_from_bytes (body);
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (source, G_CONVERTER (unpacker));
  char *text = g_malloc0 (100 * 1000);
  gsize n_read;

  g_assert_true (g_input_stream_read_all (stream, text, 100 * 1000 - 1, &n_read, NULL, NULL));

  return text;
}

static TallyResponse *
test_server_send (TallyTransport      *transport,
                  const TallyRequest  *request,
                  GCancellable        *cancellable,
                  GError             **error)
{
  TestServer *self = (TestServer *) transport;
  gboolean packed = request->content_encoding != NULL;

  self->n_bytes = request->body != NULL ? g_bytes_get_size (request->body) : 0;
  self->n_packed += packed;
  self->n_plain += !packed;
  if (packed)
    {
      g_assert_cmpstr (request->content_encoding, ==, "gzip");
      g_free (self->unpacked);
      self->unpacked = unpack (request->body);
    }

  if (packed && self->packed_status == 0)
    {
      g_set_error_literal (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, "cut");
      return NULL;
    }

  return tally_response_new (packed ? self->packed_status : self->plain_status, "application/json",
                             -1, NULL, self->n_bytes, 20);
}

static void
test_server_iface_init (TallyTransportInterface *iface)
{
  iface->send = test_server_send;
}

static void
test_server_finalize (GObject *object)
{
  g_free (((TestServer *) object)->unpacked);

  G_OBJECT_CLASS (test_server_parent_class)->finalize (object);
}

static void
test_server_class_init (TestServerClass *klass)
{
  klass->finalize = test_server_finalize;
}

static void
test_server_init (TestServer *self)
{
}

/* --- */

/* Status, how often packed and plain it has been asked since it was made. */
static void
expect (TallyTransport *transport,
        TestServer     *server,
        gsize           n_bytes,
        guint           status,
        guint           n_packed,
        guint           n_plain)
{
  g_autofree char *text = g_strnfill (n_bytes, 'x');
  g_autoptr (GBytes) body = g_bytes_new (text, n_bytes);
  TallyRequest request = { .method = "POST", .url = "http://h/db", .body = body };
  g_autoptr (TallyResponse) response = tally_transport_send (transport, &request, NULL, NULL);

  g_assert_cmpuint (response->status, ==, status);
  g_assert_cmpuint (server->n_packed, ==, n_packed);
  g_assert_cmpuint (server->n_plain, ==, n_plain);
  if (server->unpacked != NULL)
    g_assert_cmpstr (server->unpacked, ==, text);
}

static void
test_taken (void)
{
  g_autoptr (TestServer) server = g_object_new (test_server_get_type (), NULL);
  g_autoptr (TallyTransport) transport = tally_packing_transport_new (TALLY_TRANSPORT (server));

  server->packed_status = 201;
  server->plain_status = 201;
  expect (transport, server, 10, 201, 0, 1);
  expect (transport, server, 50000, 201, 1, 1);
  g_assert_cmpuint (server->n_bytes, <, 500);
  /* What it says from now on is not about the packing. */
  server->packed_status = 400;
  expect (transport, server, 50000, 400, 2, 1);
}

static void
test_refused (void)
{
  static const guint statuses[] = { 400, 415, 500 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (TestServer) server = g_object_new (test_server_get_type (), NULL);
      g_autoptr (TallyTransport) transport = tally_packing_transport_new (TALLY_TRANSPORT (server));

      server->packed_status = statuses[i];
      server->plain_status = 201;
      expect (transport, server, 50000, 201, 1, 1);
      expect (transport, server, 50000, 201, 1, 2);
    }
}

/* One that fails either way says nothing of it, and one that asks for patience is not asked twice. */
static void
test_unclear (void)
{
  g_autoptr (TestServer) server = g_object_new (test_server_get_type (), NULL);
  g_autoptr (TallyTransport) transport = tally_packing_transport_new (TALLY_TRANSPORT (server));

  server->packed_status = 500;
  server->plain_status = 500;
  expect (transport, server, 50000, 500, 1, 1);
  server->packed_status = 503;
  expect (transport, server, 50000, 503, 2, 1);
  server->packed_status = 401;
  expect (transport, server, 50000, 401, 3, 1);
  server->packed_status = 201;
  expect (transport, server, 50000, 201, 4, 1);
}

/* Something in between breaks the connection: whoever tries again does so with a plain one. */
static void
test_cut (void)
{
  g_autoptr (TestServer) server = g_object_new (test_server_get_type (), NULL);
  g_autoptr (TallyTransport) transport = tally_packing_transport_new (TALLY_TRANSPORT (server));
  g_autofree char *text = g_strnfill (50000, 'x');
  g_autoptr (GBytes) body = g_bytes_new (text, 50000);
  TallyRequest request = { .method = "POST", .url = "http://h/db", .body = body };
  g_autoptr (GError) error = NULL;

  server->plain_status = 201;
  g_assert_null (tally_transport_send (transport, &request, NULL, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME);
  expect (transport, server, 50000, 201, 1, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/packing/taken", test_taken);
  g_test_add_func ("/http/packing/refused", test_refused);
  g_test_add_func ("/http/packing/unclear", test_unclear);
  g_test_add_func ("/http/packing/cut", test_cut);

  return g_test_run ();
}
