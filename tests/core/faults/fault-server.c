/* fault-server.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "fault-server.h"

#include "server/tally-server-handler.h"

#include "lib/tally-soup-thread.h"

/* Over the 8 MB that the client takes. */
#define LARGE_BYTES (10 * 1024 * 1024)
#define BOMB_BYTES  (64 * 1024 * 1024)

struct _FaultServer
{
  TallySoupThread    *soup;
  TallyServerHandler *handler;     /* the server's thread's, while there is one */

  GMutex              mutex;       /* guards what follows */
  const Place        *place;       /* nullable */
  const Fault        *fault;       /* nullable */
  gboolean            once;
  gboolean            after;       /* what the place comes after was asked */
  guint               n_sent;
  guint               n_hits;
};

/* The path after the database's name, nullable. */
static const char *
find_rest (GUri *uri)
{
  return strchr (g_uri_get_path (uri) + 1, '/');
}

static gboolean
is_at (FaultServer *self,
       const char  *method,
       GUri        *uri)
{
  const Place *place = self->place;
  const char *query = g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "";
  const char *rest = find_rest (uri);

  if (place == NULL || !g_str_equal (method, place->method) ||
      (place->after != NULL && !self->after))
    return FALSE;
  if (*place->path == '\0' ? rest != NULL : rest == NULL || !g_str_has_prefix (rest, place->path))
    return FALSE;

  return (place->query == NULL || strstr (query, place->query) != NULL) &&
         (place->query_not == NULL || strstr (query, place->query_not) == NULL);
}

/* The fault that meets this request; it may be used up by it. */
static const Fault *
take_fault (FaultServer       *self,
            SoupServerMessage *message)
{
  static const Fault none = { .kind = FAULT_NONE };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Fault *fault = self->fault;
  GUri *uri = soup_server_message_get_uri (message);

  if (!is_at (self, soup_server_message_get_method (message), uri))
    {
      if (self->place != NULL && self->place->after != NULL && find_rest (uri) != NULL &&
          g_str_has_prefix (find_rest (uri), self->place->after))
        self->after = TRUE;
      return &none;
    }

  self->n_hits++;
  if (self->once)
    self->fault = NULL;

  return fault != NULL ? fault : &none;
}

static void
add_header (const char *name,
            const char *value,
            gpointer    request)
{
  tally_server_request_set_header (request, name, value);
}

static TallyServerReply *
carry_out (FaultServer       *self,
           SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);
  g_autofree char *target = g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query,
                                         NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyServerRequest) request = NULL;

  request = tally_server_request_new (soup_server_message_get_method (message), target, &error);
  g_assert_no_error (error);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), add_header,
                                request);
  body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  tally_server_request_set_body (request, body);

  return tally_server_handler_handle (self->handler, request);
}

static void
answer (SoupServerMessage *message,
        guint              status,
        const char        *content_type,
        GBytes            *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         content_type, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
}

/* Takes the connection over, sends the first @n_bytes of the answer, and hangs up. */
static void
hang_up (SoupServerMessage *message,
         GBytes            *body,
         gboolean           headers,
         gsize              n_bytes)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  GOutputStream *out = g_io_stream_get_output_stream (stream);
  gsize length;
  const char *data = g_bytes_get_data (body, &length);
  g_autofree char *head = NULL;

  head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);
  if (headers)
    g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (out, data, n_bytes, NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

/* The middle byte becomes one that stands nowhere in UTF-8. */
static GBytes *
spoil (GBytes *body)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (body, &length);
  guint8 *copy = g_memdup2 (data, length);

  copy[length / 2] = 0xff;

  return g_bytes_new_take (copy, length);
}

static GBytes *
new_filled (gsize n_bytes)
{
  guint8 *data = g_malloc (n_bytes);

  memset (data, 'x', n_bytes);
  data[0] = '"';
  data[n_bytes - 1] = '"';

  return g_bytes_new_take (data, n_bytes);
}

static GBytes *
new_bomb (void)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GBytes) filled = new_filled (BOMB_BYTES);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (filled);
  g_autoptr (GInputStream) packing = g_converter_input_stream_new (plain, G_CONVERTER (gzip));
  g_autoptr (GOutputStream) packed = g_memory_output_stream_new_resizable ();

  g_output_stream_splice (packed, packing, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (packed));
}

/* The faults of requests that are not carried out. */
static void
refuse (SoupServerMessage *message,
        const Fault       *fault)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GBytes) body = NULL;

  switch (fault->kind)
    {
    case FAULT_STATUS:
      body = g_bytes_new_static ("{\"error\":\"by\",\"reason\":\"the test\"}", 34);
      if (fault->retry_after != NULL)
        soup_message_headers_append (headers, "Retry-After", fault->retry_after);
      answer (message, fault->status, "application/json", body);
      break;
    case FAULT_HTML:
      body = g_bytes_new_static ("<html>Please sign in</html>", 27);
      answer (message, 200, "text/html", body);
      break;
    case FAULT_BOMB:
      body = new_bomb ();
      soup_message_headers_append (headers, "Content-Encoding", "gzip");
      answer (message, 200, "application/json", body);
      break;
    case FAULT_LARGE:
      body = new_filled (LARGE_BYTES);
      answer (message, 200, "application/json", body);
      break;
    case FAULT_DROP:
      body = g_bytes_new_static ("", 0);
      hang_up (message, body, FALSE, 0);
      break;
    case FAULT_STALL:
      soup_server_message_pause (message);
      break;
    case FAULT_NONE:
    case FAULT_LOST:
    case FAULT_HEADERS:
    case FAULT_TRUNCATE:
    case FAULT_TWICE:
    case FAULT_SPOILT:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
is_carried_out (FaultKind kind)
{
  return kind == FAULT_NONE || kind == FAULT_LOST || kind == FAULT_HEADERS ||
         kind == FAULT_TRUNCATE || kind == FAULT_TWICE || kind == FAULT_SPOILT;
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  FaultServer *self = user_data;
  const Fault *fault = take_fault (self, message);
  g_autoptr (TallyServerReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) spoilt = NULL;

  if (!is_carried_out (fault->kind))
    {
      refuse (message, fault);
      return;
    }

  reply = carry_out (self, message);
  if (fault->kind == FAULT_TWICE)
    {
      tally_server_reply_free (reply);
      reply = carry_out (self, message);
    }
  body = tally_server_reply_drain (reply, &error);
  g_assert_no_error (error);

  if (fault->kind == FAULT_LOST)
    hang_up (message, body, FALSE, 0);
  else if (fault->kind == FAULT_HEADERS)
    hang_up (message, body, TRUE, 0);
  else if (fault->kind == FAULT_TRUNCATE)
    hang_up (message, body, TRUE, g_bytes_get_size (body) / 2);
  else if (fault->kind == FAULT_SPOILT)
    answer (message, reply->status, reply->content_type, spoilt = spoil (body));
  else
    answer (message, reply->status, reply->content_type, body);
}

FaultServer *
fault_server_new (const char *folder,
                  TallyClock *clock,
                  GRand      *rand)
{
  TallyServerOptions options = { .folder = folder };
  FaultServer *self = g_new0 (FaultServer, 1);

  g_mutex_init (&self->mutex);
  self->handler = tally_server_handler_new (&options, clock, rand);
  self->soup = tally_soup_thread_new (request_cb, self);

  return self;
}

void
fault_server_free (FaultServer *self)
{
  tally_soup_thread_free (self->soup);
  g_object_unref (self->handler);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

char *
fault_server_dup_url (FaultServer *self,
                      const char  *path)
{
  return tally_soup_thread_dup_url (self->soup, path);
}

void
fault_server_set (FaultServer *self,
                  const Place *place,
                  const Fault *fault,
                  gboolean     once)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->place = place;
  self->fault = fault;
  self->once = once;
  self->after = FALSE;
  self->n_sent = 0;
  self->n_hits = 0;
}

gboolean
fault_server_announce (FaultServer *self,
                       const char  *method,
                       const char  *url)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  if (!is_at (self, method, uri))
    return FALSE;
  self->n_sent++;

  return self->fault != NULL && self->fault->kind == FAULT_STALL;
}

guint
fault_server_n_sent (FaultServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_sent;
}

guint
fault_server_n_hits (FaultServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_hits;
}
