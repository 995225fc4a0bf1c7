/* tally-soup-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "config.h"

#include "http/tally-soup-transport.h"
#include "http/tally-http-policy.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

/* A connection on which nothing moves for so long is dead: the longest silence of a healthy
 * server seen was CouchDB at 3 s before the first byte of a page. */
#define STALL_SECONDS 30

/* For a whole exchange: 8 MB over a shop's 0.5 Mbit/s line take 130 s. */
#define EXCHANGE_MS (300 * 1000)

#define READ_BYTES (64 * 1024)

/**
 * TallySoupTransport:
 *
 * One HTTP exchange after the other over libsoup, kept-alive connections and all. It knows
 * neither protocol nor retries: any status is an answer. Redirections are not followed, no
 * cookie is kept, nothing is logged, and the password leaves only in the header of a request.
 *
 * Owned and used by one worker thread. libsoup runs asynchronously on a main context of its own
 * that turns only while an exchange is under way: that is what lets one deadline and one
 * cancellable end any step of it. A packed answer that was cut comes as a shorter text (libsoup
 * 3.2.3 is lenient there): whoever reads it finds out that it does not end.
 *
 * Fails with %TALLY_HTTP_ERROR or %G_IO_ERROR_CANCELLED.
 */
struct _TallySoupTransport
{
  GObject parent_instance;

  TallyCredentials *credentials;   /* owned, nullable */

  GMainContext     *context;       /* owned */
  SoupSession      *session;       /* owned, made with the first exchange */
};

/* One exchange under way, on the stack of send(). */
typedef struct
{
  const TallyRequest *request;
  GMainContext       *context;
  SoupMessage        *message;
  GCancellable       *cancellable;   /* ours: ends with the caller's or with the deadline */

  GAsyncResult       *result;        /* owned, of the step just ended */
  gboolean            sent;          /* the headers left: the server may have acted */
  gboolean            timed_out;
} Exchange;

static void tally_soup_transport_iface_init (TallyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallySoupTransport, tally_soup_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT,
                                                      tally_soup_transport_iface_init))

static void
step_ended_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Exchange *exchange = user_data;

  exchange->result = g_object_ref (result);
}

/* Turns our context until the step that was started has ended. */
static GAsyncResult *
wait_for_step (Exchange *exchange)
{
  while (exchange->result == NULL)
    g_main_context_iteration (exchange->context, TRUE);

  return g_steal_pointer (&exchange->result);
}

static gboolean
deadline_cb (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->timed_out = TRUE;
  g_cancellable_cancel (exchange->cancellable);

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  Exchange *exchange = user_data;

  g_cancellable_cancel (exchange->cancellable);

  return G_SOURCE_REMOVE;
}

static void
wrote_headers_cb (SoupMessage *message,
                  Exchange    *exchange)
{
  exchange->sent = TRUE;
}

static void
set_body (SoupMessage        *message,
          const TallyRequest *request)
{
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message,
                                              request->content_type != NULL ?
                                              request->content_type : "application/json",
                                              request->body);
}

/* When a kept-alive connection turns out dead, libsoup (seen on 3.2.3) sends GET, PUT and DELETE
 * a second time by itself, but without the body: it has to be set again. */
static void
restarted_cb (SoupMessage *message,
              Exchange    *exchange)
{
  set_body (message, exchange->request);
}

static SoupSession *
ensure_session (TallySoupTransport *self)
{
  if (self->session != NULL)
    return self->session;

  /* One connection: libsoup 3.2.3 crashes where a kept-alive one turns out dead while it is being
   * written to and another one is idle: it starts again there before it tells itself of the
   * failure, which it then takes for the second try's (tests/core/faults found it). */
  self->session = soup_session_new_with_options ("timeout", STALL_SECONDS,
                                                 "max-conns", 1,
                                                 "max-conns-per-host", 1,
                                                 "user-agent", "tallystick/" TALLY_VERSION,
                                                 NULL);
  /* We bring the password ourselves: libsoup must neither ask, nor keep, nor resend it. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  if (!soup_session_has_feature (self->session, SOUP_TYPE_CONTENT_DECODER))
    soup_session_add_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);

  return self->session;
}

static SoupMessage *
new_message (TallySoupTransport  *self,
             const TallyRequest  *request,
             GError             **error)
{
  g_autoptr (SoupMessage) message = soup_message_new (request->method, request->url);
  SoupMessageHeaders *headers;

  if (message == NULL)
    {
      g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL,
                   _("“%s” is not an address of the web. It should look like "
                     "http://server:5984/database."), request->url);
      return NULL;
    }

  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS);

  headers = soup_message_get_request_headers (message);
  soup_message_headers_append (headers, "Accept", "application/json");
  if (self->credentials != NULL)
    {
      char *basic = tally_credentials_dup_basic (self->credentials);

      soup_message_headers_replace (headers, "Authorization", basic);
      tally_credentials_free_basic (basic);
    }

  if (request->content_encoding != NULL)
    soup_message_headers_replace (headers, "Content-Encoding", request->content_encoding);
  set_body (message, request);

  return g_steal_pointer (&message);
}

/* Takes the error of a step, sets the one that says what the caller should do. */
static void
set_mapped_error (Exchange      *exchange,
                  const GError  *cause,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_autofree char *host = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return;

  host = tally_http_policy_dup_host (exchange->request->url);

  if (cause->domain == SOUP_SESSION_ERROR || cause->domain == SOUP_TLD_ERROR ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL,
                 _("What %s answers is not HTTP (%s). Check address and port."),
                 host, cause->message);
  else if (exchange->sent && exchange->timed_out)
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME,
                 _("%s did not answer in time. Whether it acted is not known; it will be looked "
                   "up with the next sync."), host);
  else if (exchange->sent)
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME,
                 _("The connection to %s broke before its answer was here (%s). Whether it acted "
                   "is not known; it will be looked up with the next sync."),
                 host, cause->message);
  else if (cause->domain == G_TLS_ERROR)
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE,
                 _("No safe connection to %s (%s). Check the server's certificate and this "
                   "computer's date."), host, cause->message);
  else if (exchange->timed_out)
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE,
                 _("%s cannot be reached: no connection in time. Check the network and whether "
                   "the server runs."), host);
  else
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE,
                 _("%s cannot be reached (%s). Check the network and whether the server runs."),
                 host, cause->message);
}

static void
set_too_large (Exchange  *exchange,
               GError   **error)
{
  g_autofree char *host = tally_http_policy_dup_host (exchange->request->url);
  g_autofree char *cap = g_format_size (exchange->request->max_bytes);

  g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_TOO_LARGE,
               _("The answer of %s is larger than %s. Less has to be asked for at once."),
               host, cap);
}

/* Reads the unpacked body. FALSE with @cause: a step failed; FALSE without: over the cap. */
static gboolean
read_body (Exchange      *exchange,
           GInputStream  *stream,
           GByteArray    *body,
           GError       **cause)
{
  gsize max_bytes = exchange->request->max_bytes;

  for (;;)
    {
      g_autoptr (GAsyncResult) result = NULL;
      gsize had = body->len;
      gssize n_read;

      g_byte_array_set_size (body, had + READ_BYTES);
      g_input_stream_read_async (stream, body->data + had, READ_BYTES, G_PRIORITY_DEFAULT,
                                 exchange->cancellable, step_ended_cb, exchange);
      result = wait_for_step (exchange);
      n_read = g_input_stream_read_finish (stream, result, cause);
      g_byte_array_set_size (body, had + MAX (n_read, 0));

      if (n_read < 0)
        return FALSE;
      if (n_read == 0)
        return TRUE;
      if (max_bytes > 0 && body->len > max_bytes)
        return FALSE;
    }
}

/* Retry-After is seconds or a date (RFC 9110, 10.2.3). A date is taken against the answer's own
 * Date: no clock is needed here, and ours may be wrong. */
static gint64
get_retry_after_ms (SoupMessageHeaders *headers)
{
  const char *value = soup_message_headers_get_one (headers, "Retry-After");
  const char *date_value = soup_message_headers_get_one (headers, "Date");
  g_autoptr (GDateTime) until = NULL;
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;

  if (value == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (gint64) seconds * 1000;

  until = soup_date_time_new_from_http_string (value);
  date = date_value != NULL ? soup_date_time_new_from_http_string (date_value) : NULL;
  if (until == NULL || date == NULL)
    return -1;

  return MAX (g_date_time_difference (until, date) / 1000, 0);
}

static TallyResponse *
new_response (SoupMessage *message,
              GByteArray  *body)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  SoupMessageMetrics *metrics = soup_message_get_metrics (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autofree char *lower = type != NULL ? g_ascii_strdown (type, -1) : NULL;
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (body);
  guint64 up = 0;
  guint64 down = 0;

  if (metrics != NULL)
    {
      up = soup_message_metrics_get_request_header_bytes_sent (metrics) +
           soup_message_metrics_get_request_body_bytes_sent (metrics);
      down = soup_message_metrics_get_response_header_bytes_received (metrics) +
             soup_message_metrics_get_response_body_bytes_received (metrics);
    }

  return tally_response_new (soup_message_get_status (message), lower,
                             get_retry_after_ms (headers), bytes, up, down);
}

static TallyResponse *
run_exchange (Exchange      *exchange,
              SoupSession   *session,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GError) cause = NULL;

  soup_session_send_async (session, exchange->message, G_PRIORITY_DEFAULT,
                           exchange->cancellable, step_ended_cb, exchange);
  result = wait_for_step (exchange);
  stream = soup_session_send_finish (session, result, &cause);

  if (stream == NULL || !read_body (exchange, stream, body, &cause))
    {
      if (cause == NULL)
        set_too_large (exchange, error);
      else
        set_mapped_error (exchange, cause, cancellable, error);
      return NULL;
    }

  return new_response (exchange->message, g_steal_pointer (&body));
}

static GSource *
attach (Exchange    *exchange,
        GSource     *source,
        GSourceFunc  callback)
{
  g_source_set_callback (source, callback, exchange, NULL);
  g_source_attach (source, exchange->context);

  return source;
}

static TallyResponse *
tally_soup_transport_send (TallyTransport      *transport,
                           const TallyRequest  *request,
                           GCancellable        *cancellable,
                           GError             **error)
{
  TallySoupTransport *self = TALLY_SOUP_TRANSPORT (transport);
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (SoupMessage) message = new_message (self, request, error);
  g_autoptr (GSource) deadline = NULL;
  g_autoptr (GSource) cancel = NULL;
  Exchange exchange = {
    .request = request, .context = self->context, .message = message, .cancellable = inner,
  };
  TallyResponse *response;

  if (message == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), &exchange);
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), &exchange);

  deadline = attach (&exchange,
                     g_timeout_source_new (request->timeout_ms > 0 ? request->timeout_ms
                                                                   : EXCHANGE_MS),
                     deadline_cb);
  if (cancellable != NULL)
    cancel = attach (&exchange, g_cancellable_source_new (cancellable),
                     G_SOURCE_FUNC (cancelled_cb));

  response = run_exchange (&exchange, ensure_session (self), cancellable, error);

  g_signal_handlers_disconnect_by_data (message, &exchange);
  g_source_destroy (deadline);
  if (cancel != NULL)
    g_source_destroy (cancel);
  /* What libsoup still has to do at once (giving the connection back) is done here: until the
   * next exchange nobody turns this context. */
  while (g_main_context_iteration (self->context, FALSE))
    continue;

  return response;
}

static void
tally_soup_transport_iface_init (TallyTransportInterface *iface)
{
  iface->send = tally_soup_transport_send;
}

static void
tally_soup_transport_dispose (GObject *object)
{
  TallySoupTransport *self = TALLY_SOUP_TRANSPORT (object);

  g_clear_pointer (&self->credentials, tally_credentials_unref);
  if (self->session != NULL)
    {
      g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

      soup_session_abort (self->session);
      g_clear_object (&self->session);
    }
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (tally_soup_transport_parent_class)->dispose (object);
}

static void
tally_soup_transport_class_init (TallySoupTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_soup_transport_dispose;
}

static void
tally_soup_transport_init (TallySoupTransport *self)
{
  self->context = g_main_context_new ();
}

/**
 * tally_soup_transport_new:
 * @credentials: (nullable): sent as Basic auth with every request, without waiting for a 401
 *
 * Returns: (transfer full): a transport for the thread that uses it
 */
TallyTransport *
tally_soup_transport_new (TallyCredentials *credentials)
{
  TallySoupTransport *self = g_object_new (TALLY_TYPE_SOUP_TRANSPORT, NULL);

  self->credentials = credentials != NULL ? tally_credentials_ref (credentials) : NULL;

  return TALLY_TRANSPORT (self);
}
