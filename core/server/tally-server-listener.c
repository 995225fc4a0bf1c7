/* tally-server-listener.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "config.h"

#include "server/tally-server-listener.h"

#include "server/tally-server-guard.h"
#include "server/tally-server-idle.h"
#include "server/tally-server-stream.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

/**
 * TallyServerListener:
 *
 * The handler's door to the network: turns libsoup's messages into requests and sends the
 * answers. It decides nothing but what can only be decided with a socket: how long a request may
 * take to arrive, and how large it may grow on the way. Headers beyond 100 KB are refused by
 * libsoup itself. Main loop's thread. Only listening can fail.
 */

/* A request must have arrived within this time, seconds: on loopback even 64 MB take one. */
#define REQUEST_TIME_S 60

struct _TallyServerListener
{
  GObject             parent_instance;

  TallyServerHandler *handler;    /* owned */
  TallyClock         *clock;      /* owned */

  SoupServer         *server;     /* owned */
  TallyServerIdle    *idle;       /* owned */
  char               *host;       /* owned, nullable: as in an address */
  guint16             port;
  GHashTable         *arriving;   /* owned: SoupServerMessage -> Arrival */
  GHashTable         *streams;    /* owned: set of TallyServerStream, which own themselves */
};

G_DEFINE_FINAL_TYPE (TallyServerListener, tally_server_listener, G_TYPE_OBJECT)

/* A request, from its first byte to the end of its answer. libsoup does not tell of every one's
 * end: one that nobody has begun goes silently with its connection. */
typedef struct
{
  GHashTable        *arriving;    /* unowned: where it is kept */
  SoupServerMessage *message;     /* the key; weak */
  gsize              n_bytes;     /* of its body */
  gboolean           too_large;
  guint              timer_id;
} Arrival;

static void
message_gone_cb (gpointer  data,
                 GObject  *message)
{
  Arrival *self = data;

  self->message = NULL;
  g_hash_table_remove (self->arriving, message);
}

static void
arrival_free (gpointer data)
{
  Arrival *self = data;

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (self->message != NULL)
    {
      g_object_weak_unref (G_OBJECT (self->message), message_gone_cb, self);
      g_signal_handlers_disconnect_by_data (self->message, self);
    }
  g_free (self);
}

static void
got_chunk_cb (SoupServerMessage *message,
              GBytes            *chunk,
              Arrival           *arrival)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  arrival->n_bytes += g_bytes_get_size (chunk);
  if (arrival->n_bytes <= TALLY_SERVER_MAX_BODY_LENGTH || arrival->too_large)
    return;

  arrival->too_large = TRUE;
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
}

static gboolean
too_slow_cb (gpointer data)
{
  Arrival *arrival = data;
  GSocket *socket = soup_server_message_get_socket (arrival->message);

  arrival->timer_id = 0;
  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);

  return G_SOURCE_REMOVE;
}

static void
request_started_cb (SoupServer          *server,
                    SoupServerMessage   *message,
                    TallyServerListener *self)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->arriving = self->arriving;
  arrival->message = message;
  g_object_weak_ref (G_OBJECT (message), message_gone_cb, arrival);
  arrival->timer_id = g_timeout_add_seconds (REQUEST_TIME_S, too_slow_cb, arrival);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), arrival);
  g_hash_table_insert (self->arriving, message, arrival);
}

/* All of it has arrived: from here on it is the answer that takes its time. */
static void
request_read_cb (SoupServer          *server,
                 SoupServerMessage   *message,
                 TallyServerListener *self)
{
  Arrival *arrival = g_hash_table_lookup (self->arriving, message);

  if (arrival != NULL)
    g_clear_handle_id (&arrival->timer_id, g_source_remove);
}

static void
request_over_cb (SoupServer          *server,
                 SoupServerMessage   *message,
                 TallyServerListener *self)
{
  g_hash_table_remove (self->arriving, message);
}

static void
add_header (const char *name,
            const char *value,
            gpointer    data)
{
  tally_server_request_set_header (data, name, value);
}

static TallyServerRequest *
new_request (SoupServerMessage  *message,
             GError            **error)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);
  g_autofree char *target = NULL;
  TallyServerRequest *request;

  target = g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query, NULL);
  request = tally_server_request_new (soup_server_message_get_method (message), target, error);
  if (request != NULL)
    soup_message_headers_foreach (soup_server_message_get_request_headers (message), add_header,
                                  request);

  return request;
}

static void
stream_done_cb (TallyServerStream *stream,
                gpointer           data)
{
  TallyServerListener *self = data;

  g_hash_table_remove (self->streams, stream);
}

static void
send_reply (TallyServerListener *self,
            SoupServerMessage   *message,
            TallyServerReply    *reply)
{
  TallyServerStream *stream = tally_server_stream_start (message, reply, self->clock,
                                                         stream_done_cb, self);

  if (stream != NULL)
    g_hash_table_add (self->streams, stream);
}

/* A refusal before the body was read: what still comes is thrown away, and then the connection. */
static void
refuse_early (TallyServerListener *self,
              SoupServerMessage   *message,
              TallyServerReply    *reply)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
  send_reply (self, message, reply);
}

static void
early_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           data)
{
  TallyServerListener *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyServerRequest) request = new_request (message, &error);
  TallyServerReply *reply;

  reply = request != NULL ? tally_server_handler_precheck (self->handler, request)
                          : tally_server_reply_new_error (error);
  if (reply != NULL)
    refuse_early (self, message, reply);
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  TallyServerListener *self = data;
  Arrival *arrival = g_hash_table_lookup (self->arriving, message);
  g_autoptr (TallyServerRequest) request = new_request (message, NULL);
  g_autoptr (GBytes) body = NULL;

  /* What cannot be read was refused early. */
  g_assert (request != NULL);

  if (arrival != NULL && arrival->too_large)
    {
      g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, arrival->n_bytes);

      tally_server_request_set_header (request, "Content-Length", length);
      refuse_early (self, message, tally_server_handler_precheck (self->handler, request));
      return;
    }

  body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  tally_server_request_set_body (request, body);
  soup_message_body_truncate (soup_server_message_get_request_body (message));
  send_reply (self, message, tally_server_handler_handle (self->handler, request));
}

/* Streams may end, and leave the set, while they are woken. */
static void
changed_cb (TallyServerHandler  *handler,
            const char          *name,
            TallyServerListener *self)
{
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    if (g_hash_table_contains (self->streams, l->data))
      tally_server_stream_wake (l->data);
}

static void
tally_server_listener_dispose (GObject *object)
{
  TallyServerListener *self = TALLY_SERVER_LISTENER (object);

  g_clear_pointer (&self->idle, tally_server_idle_free);
  if (self->server != NULL)
    {
      soup_server_disconnect (self->server);
      g_signal_handlers_disconnect_by_data (self->server, self);
    }
  g_clear_object (&self->server);
  g_clear_pointer (&self->arriving, g_hash_table_unref);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_object (&self->handler);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->host, g_free);

  G_OBJECT_CLASS (tally_server_listener_parent_class)->dispose (object);
}

static void
tally_server_listener_class_init (TallyServerListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_server_listener_dispose;
}

static void
tally_server_listener_init (TallyServerListener *self)
{
  self->arriving = g_hash_table_new_full (NULL, NULL, NULL, arrival_free);
  self->streams = g_hash_table_new (NULL, NULL);

  /* libsoup's own decoding would take an id's %3F for the start of the query. */
  self->server = soup_server_new ("server-header", "tallystick-server/" TALLY_VERSION,
                                  "raw-paths", TRUE,
                                  NULL);
  self->idle = tally_server_idle_new (self->server);
}

/**
 * tally_server_listener_new:
 * @handler: answers
 * @clock: the time
 *
 * Returns: (transfer full): a listener that does not listen yet
 */
TallyServerListener *
tally_server_listener_new (TallyServerHandler *handler,
                           TallyClock         *clock)
{
  TallyServerListener *self = g_object_new (TALLY_TYPE_SERVER_LISTENER, NULL);

  self->handler = g_object_ref (handler);
  self->clock = g_object_ref (clock);

  g_signal_connect (self->server, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->server, "request-read", G_CALLBACK (request_read_cb), self);
  g_signal_connect (self->server, "request-finished", G_CALLBACK (request_over_cb), self);
  g_signal_connect (self->server, "request-aborted", G_CALLBACK (request_over_cb), self);
  g_signal_connect_object (handler, "changed", G_CALLBACK (changed_cb), self, 0);
  soup_server_add_early_handler (self->server, NULL, early_cb, self, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);

  return self;
}

/**
 * tally_server_listener_listen:
 * @self: a listener
 * @host: a loopback address
 * @port: the port, 0 for any free one
 * @error: %G_IO_ERROR_INVALID_ARGUMENT for another host, %G_IO_ERROR_ADDRESS_IN_USE
 *
 * There are no users and no encryption yet, so nobody but this machine may reach the port.
 *
 * Returns: whether it listens
 */
gboolean
tally_server_listener_listen (TallyServerListener  *self,
                              const char           *host,
                              guint16               port,
                              GError              **error)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GSocketAddress) socket_address = NULL;
  GSList *uris;

  address = g_inet_address_new_from_string (g_str_equal (host, "localhost") ? "127.0.0.1" : host);
  if (address == NULL || !g_inet_address_get_is_loopback (address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("“%s” is not an address of this machine alone. The server knows no users and "
                     "no encryption yet, so it listens on 127.0.0.1 or ::1 only"), host);
      return FALSE;
    }

  socket_address = g_inet_socket_address_new (address, port);
  if (!soup_server_listen (self->server, socket_address, 0, error))
    return FALSE;

  uris = soup_server_get_uris (self->server);
  self->host = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
               ? g_strdup_printf ("[%s]", host) : g_inet_address_to_string (address);
  self->port = (guint16) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  tally_server_handler_set_port (self->handler, self->port);

  return TRUE;
}

/**
 * tally_server_listener_dup_url:
 * @self: a listener that listens
 *
 * Returns: (transfer full): where it can be reached
 */
char *
tally_server_listener_dup_url (TallyServerListener *self)
{
  return g_strdup_printf ("http://%s:%u/", self->host, self->port);
}
