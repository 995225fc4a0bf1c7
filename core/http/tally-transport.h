/* tally-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyHttpError:
 * @TALLY_HTTP_ERROR_UNREACHABLE: no answer: DNS, TCP or TLS failed before anything was sent;
 *   nothing happened on the server; try later
 * @TALLY_HTTP_ERROR_UNKNOWN_OUTCOME: the connection broke after sending: it may have been applied
 * @TALLY_HTTP_ERROR_RETRY_LATER: 408, 429, 5xx: the server asks for patience
 * @TALLY_HTTP_ERROR_AUTH: 401: credentials needed; never retried by itself
 * @TALLY_HTTP_ERROR_FORBIDDEN: 403: these credentials may not do that, or the account is locked;
 *   never retried by itself
 * @TALLY_HTTP_ERROR_NOT_FOUND: 404 or 410 on the thing the run is about
 * @TALLY_HTTP_ERROR_REJECTED: another 4xx: this request will never do
 * @TALLY_HTTP_ERROR_TOO_LARGE: the answer is over the cap given: ask for less; or 413: send less
 * @TALLY_HTTP_ERROR_PROTOCOL: an answer that is not what the protocol says (HTML with 200,
 *   truncated JSON, wrong content type)
 */
typedef enum
{
  TALLY_HTTP_ERROR_UNREACHABLE,
  TALLY_HTTP_ERROR_UNKNOWN_OUTCOME,
  TALLY_HTTP_ERROR_RETRY_LATER,
  TALLY_HTTP_ERROR_AUTH,
  TALLY_HTTP_ERROR_FORBIDDEN,
  TALLY_HTTP_ERROR_NOT_FOUND,
  TALLY_HTTP_ERROR_REJECTED,
  TALLY_HTTP_ERROR_TOO_LARGE,
  TALLY_HTTP_ERROR_PROTOCOL,
} TallyHttpError;

#define TALLY_HTTP_ERROR (tally_http_error_quark ())
GQuark tally_http_error_quark (void);

/**
 * TallyRequest:
 * @method: "GET", "PUT", "POST", "DELETE"
 * @url: absolute, without user or password
 * @body: (nullable): sent with @content_type
 * @content_encoding: (nullable): how @body is packed
 * @max_bytes: cap on the unpacked answer; over it TOO_LARGE
 * @timeout_ms: for the whole exchange; 0: the transport's own
 * @endpoint: (nullable): the way into the server that it takes, for its circuit breaker
 *
 * A request as a plain value on the caller's stack; the transport keeps nothing of it.
 */
typedef struct
{
  const char *method;
  const char *url;
  GBytes     *body;
  const char *content_type;
  const char *content_encoding;
  gsize       max_bytes;
  guint       timeout_ms;
  const char *endpoint;
} TallyRequest;

/**
 * TallyResponse:
 * An answer, whatever its status. Reference counted, immutable.
 */
typedef struct
{
  guint       status;
  const char *content_type;     /* lower case, without parameters; "" when none came */
  gint64      retry_after_ms;   /* -1 when none came */
  GBytes     *body;             /* unpacked */
  guint64     bytes_up;         /* on the wire, bodies and headers */
  guint64     bytes_down;
} TallyResponse;

TallyResponse *tally_response_new    (guint           status,
                                      const char     *content_type,
                                      gint64          retry_after_ms,
                                      GBytes         *body,
                                      guint64         bytes_up,
                                      guint64         bytes_down) G_GNUC_WARN_UNUSED_RESULT;
TallyResponse *tally_response_ref    (TallyResponse  *self);
void           tally_response_unref  (TallyResponse  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyResponse, tally_response_unref)

#define TALLY_TYPE_TRANSPORT (tally_transport_get_type ())
G_DECLARE_INTERFACE (TallyTransport, tally_transport, TALLY, TRANSPORT, GObject)

/**
 * TallyTransportInterface:
 * @send: one exchange, blocking. Any status is an answer; errors are UNREACHABLE,
 *   UNKNOWN_OUTCOME, TOO_LARGE, PROTOCOL (no HTTP) and G_IO_ERROR_CANCELLED.
 *
 * The seam under everything that talks to a server: libsoup, or a simulated network.
 * Used on the worker thread that made it.
 */
struct _TallyTransportInterface
{
  GTypeInterface parent_iface;

  TallyResponse * (*send) (TallyTransport      *self,
                           const TallyRequest  *request,
                           GCancellable        *cancellable,
                           GError             **error);
};

TallyResponse *tally_transport_send (TallyTransport      *self,
                                     const TallyRequest  *request,
                                     GCancellable        *cancellable,
                                     GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
