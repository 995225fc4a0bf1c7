/* tally-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "http/tally-transport.h"

G_DEFINE_QUARK (tally-http-error-quark, tally_http_error)

G_DEFINE_INTERFACE (TallyTransport, tally_transport, G_TYPE_OBJECT)

static void
tally_transport_default_init (TallyTransportInterface *iface)
{
}

/**
 * tally_transport_send:
 * @self: a transport
 * @request: what to send; borrowed for the call
 * @cancellable: (nullable): ends the exchange early
 * @error: %TALLY_HTTP_ERROR_UNREACHABLE, %TALLY_HTTP_ERROR_UNKNOWN_OUTCOME,
 *   %TALLY_HTTP_ERROR_TOO_LARGE, %TALLY_HTTP_ERROR_PROTOCOL, %G_IO_ERROR_CANCELLED
 *
 * One exchange. Blocks the calling worker thread. A status is not an error here: see
 * tally_http_policy_check().
 *
 * Returns: (transfer full): the answer, whatever its status
 */
TallyResponse *
tally_transport_send (TallyTransport     *self,
                      const TallyRequest *request,
                      GCancellable       *cancellable,
                      GError            **error)
{
  g_return_val_if_fail (TALLY_IS_TRANSPORT (self), NULL);
  g_return_val_if_fail (request != NULL && request->method != NULL && request->url != NULL, NULL);

  return TALLY_TRANSPORT_GET_IFACE (self)->send (self, request, cancellable, error);
}

/**
 * tally_response_new:
 * @status: the HTTP status
 * @content_type: (nullable): lower case, without parameters
 * @retry_after_ms: milliseconds, -1 when the server did not ask for any
 * @body: (nullable): the unpacked body; a reference is taken; %NULL for an empty one
 * @bytes_up: bytes on the wire, headers included
 * @bytes_down: bytes on the wire, headers included
 *
 * Returns: (transfer full): the answer as a value
 */
TallyResponse *
tally_response_new (guint       status,
                    const char *content_type,
                    gint64      retry_after_ms,
                    GBytes     *body,
                    guint64     bytes_up,
                    guint64     bytes_down)
{
  TallyResponse *self = g_atomic_rc_box_new0 (TallyResponse);

  self->status = status;
  self->content_type = g_strdup (content_type != NULL ? content_type : "");
  self->retry_after_ms = retry_after_ms;
  self->body = body != NULL ? g_bytes_ref (body) : g_bytes_new_static ("", 0);
  self->bytes_up = bytes_up;
  self->bytes_down = bytes_down;

  return self;
}

TallyResponse *
tally_response_ref (TallyResponse *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
response_clear (gpointer data)
{
  TallyResponse *self = data;

  g_free ((char *) self->content_type);
  g_bytes_unref (self->body);
}

void
tally_response_unref (TallyResponse *self)
{
  g_atomic_rc_box_release_full (self, response_clear);
}
