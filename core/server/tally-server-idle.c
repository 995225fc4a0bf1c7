/* tally-server-idle.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-idle.h"

#include <errno.h>
#include <sys/socket.h>

struct _TallyServerIdle
{
  SoupServer *server;    /* owned */

  GHashTable *watches;   /* owned: GSocket -> Watch */
};

/* A connection between two requests. */
typedef struct
{
  TallyServerIdle   *idle;      /* unowned */
  GSocket           *socket;    /* owned */
  SoupServerMessage *message;   /* owned: the one that is over; it still knows its connection */
  GSource           *source;    /* owned */
} Watch;

static void
watch_free (gpointer data)
{
  Watch *self = data;

  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_object_unref (self->message);
  g_object_unref (self->socket);
  g_free (self);
}

/* libsoup has not looked yet: at this moment the connection can still be taken out of its hands,
 * which is the one way to have it forgotten. */
static void
let_go (Watch *watch)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (watch->message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

static gboolean
readable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      data)
{
  Watch *watch = data;
  char byte;
  gssize length;

  if (!g_socket_is_closed (socket))
    {
      length = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
      if (length <= 0)
        let_go (watch);
    }

  g_hash_table_remove (watch->idle->watches, socket);
  return G_SOURCE_REMOVE;
}

static void
request_started_cb (SoupServer        *server,
                    SoupServerMessage *message,
                    TallyServerIdle   *self)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    g_hash_table_remove (self->watches, socket);
}

static void
request_finished_cb (SoupServer        *server,
                     SoupServerMessage *message,
                     TallyServerIdle   *self)
{
  GSocket *socket = soup_server_message_get_socket (message);
  Watch *watch;

  if (socket == NULL)
    return;

  /* libsoup wants to know when the connection is taken, and then the other end may be gone. */
  soup_server_message_get_remote_address (message);

  watch = g_new0 (Watch, 1);
  watch->idle = self;
  watch->socket = g_object_ref (socket);
  watch->message = g_object_ref (message);
  /* Before libsoup's own. */
  watch->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_priority (watch->source, G_PRIORITY_HIGH);
  g_source_set_callback (watch->source, G_SOURCE_FUNC (readable_cb), watch, NULL);
  g_source_attach (watch->source, NULL);
  g_hash_table_replace (self->watches, socket, watch);
}

/**
 * tally_server_idle_new:
 * @server: whose connections
 *
 * Returns: (transfer full): what looks after them
 */
TallyServerIdle *
tally_server_idle_new (SoupServer *server)
{
  TallyServerIdle *self = g_new0 (TallyServerIdle, 1);

  self->server = g_object_ref (server);
  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);

  /* Fixed in 3.3.0. */
  if (!soup_check_version (3, 3, 0))
    {
      g_signal_connect (server, "request-started", G_CALLBACK (request_started_cb), self);
      g_signal_connect (server, "request-finished", G_CALLBACK (request_finished_cb), self);
    }

  return self;
}

/**
 * tally_server_idle_free:
 * @self: (transfer full): what looks after connections
 */
void
tally_server_idle_free (TallyServerIdle *self)
{
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_hash_table_unref (self->watches);
  g_object_unref (self->server);
  g_free (self);
}
