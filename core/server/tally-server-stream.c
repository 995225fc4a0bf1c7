/* tally-server-stream.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-stream.h"

/* Answers shorter than this are not worth packing, bytes: they fit one packet. */
#define MIN_PACKED_LENGTH 1400

/* The fastest level: on the loopback interface time is dearer than bytes. */
#define PACKING_LEVEL 1

struct _TallyServerStream
{
  SoupServerMessage     *message;   /* owned */
  TallyServerReply      *reply;     /* owned */
  TallyClock            *clock;     /* owned */
  TallyServerStreamDone  done;
  gpointer               data;

  GConverter            *packer;    /* owned, nullable */
  gboolean               waiting;   /* the producer has nothing to say */
  gboolean               ended;
  guint                  wake_id;
};

static gboolean
takes_gzip (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *accepted = soup_message_headers_get_list (headers, "Accept-Encoding");
  GSList *list;
  gboolean takes;

  if (accepted == NULL)
    return FALSE;

  list = soup_header_parse_quality_list (accepted, NULL);
  takes = g_slist_find_custom (list, "gzip", (GCompareFunc) g_ascii_strcasecmp) != NULL;
  soup_header_free_list (list);

  return takes;
}

static GConverter *
new_packer (void)
{
  return G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, PACKING_LEVEL));
}

/* Packs a piece so that the client can read all of it now; or, with INPUT_AT_END, the last. */
static GBytes *
pack (GConverter      *packer,
      GBytes          *piece,
      GConverterFlags  flags)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize length;
  const guint8 *in = g_bytes_get_data (piece, &length);
  GConverterResult result;

  do
    {
      g_autoptr (GError) error = NULL;
      guint8 buffer[32 * 1024];
      gsize n_read = 0;
      gsize n_written = 0;

      result = g_converter_convert (packer, in, length, buffer, sizeof buffer, flags, &n_read,
                                    &n_written, &error);
      /* With room to write to and nothing that can be wrong in the input, zlib cannot fail. */
      g_assert_no_error (error);
      in += n_read;
      length -= n_read;
      g_byte_array_append (out, buffer, (guint) n_written);
    }
  while (result == G_CONVERTER_CONVERTED);

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static void
append (TallyServerStream *self,
        GBytes            *piece,
        GConverterFlags    flags)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);
  g_autoptr (GBytes) packed = NULL;

  if (self->packer != NULL)
    packed = pack (self->packer, piece, flags);

  soup_message_body_append_bytes (body, packed != NULL ? packed : piece);
}

/* The client must not take what it has for the whole: no last chunk, no connection. */
static void
cut_off (TallyServerStream *self,
         const GError      *error)
{
  GSocket *socket = soup_server_message_get_socket (self->message);

  g_warning ("An answer could not be finished: %s", error->message);
  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);

  /* Something to write, so that the message finds its connection gone. */
  soup_message_body_append (soup_server_message_get_response_body (self->message),
                            SOUP_MEMORY_STATIC, "\n", 1);
}

static gboolean
wake_cb (gpointer data)
{
  TallyServerStream *self = data;

  self->wake_id = 0;
  tally_server_stream_wake (self);

  return G_SOURCE_REMOVE;
}

static void
wait_until (TallyServerStream *self,
            gint64             wake_us)
{
  gint64 left_us = wake_us - tally_clock_now_us (self->clock);

  self->waiting = TRUE;
  if (wake_us >= 0)
    self->wake_id = g_timeout_add ((guint) MAX (left_us / 1000 + 1, 1), wake_cb, self);
}

/* Gets the next piece of the answer, if there is one. */
static void
pump (TallyServerStream *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = NULL;
  gint64 wake_us;

  switch (tally_server_producer_next (self->reply->producer, &chunk, &wake_us, &error))
    {
    case TALLY_SERVER_PRODUCER_CHUNK:
      append (self, chunk, G_CONVERTER_FLUSH);
      break;

    case TALLY_SERVER_PRODUCER_WAIT:
      wait_until (self, wake_us);
      break;

    case TALLY_SERVER_PRODUCER_END:
      self->ended = TRUE;
      if (self->packer != NULL)
        {
          g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

          append (self, nothing, G_CONVERTER_INPUT_AT_END);
        }
      soup_message_body_complete (soup_server_message_get_response_body (self->message));
      break;

    case TALLY_SERVER_PRODUCER_FAILED:
      self->ended = TRUE;
      cut_off (self, error);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
wrote_chunk_cb (SoupServerMessage *message,
                TallyServerStream *self)
{
  if (!self->ended && !self->waiting)
    pump (self);
}

static void
finished_cb (SoupServerMessage *message,
             TallyServerStream *self)
{
  self->done (self, self->data);

  g_signal_handlers_disconnect_by_data (message, self);
  g_clear_handle_id (&self->wake_id, g_source_remove);
  g_clear_object (&self->packer);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->reply, tally_server_reply_free);
  g_object_unref (self->message);
  g_free (self);
}

/**
 * tally_server_stream_wake:
 * @self: a stream
 *
 * Nothing happens to one that is not waiting.
 */
void
tally_server_stream_wake (TallyServerStream *self)
{
  if (!self->waiting)
    return;

  g_clear_handle_id (&self->wake_id, g_source_remove);
  self->waiting = FALSE;
  pump (self);
  if (!self->waiting)
    soup_server_message_unpause (self->message);
}

static void
send_whole (SoupServerMessage      *message,
            const TallyServerReply *reply)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GBytes) packed = NULL;
  GBytes *body = reply->body;

  if (g_bytes_get_size (body) >= MIN_PACKED_LENGTH && takes_gzip (message))
    {
      g_autoptr (GConverter) packer = new_packer ();

      packed = pack (packer, body, G_CONVERTER_INPUT_AT_END);
      soup_message_headers_replace (headers, "Content-Encoding", "gzip");
      body = packed;
    }

  soup_server_message_set_response (message, reply->content_type, SOUP_MEMORY_COPY,
                                    g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
set_headers (SoupServerMessage      *message,
             const TallyServerReply *reply)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, reply->status, NULL);
  soup_message_headers_replace (headers, "Content-Type", reply->content_type);
  soup_message_headers_replace (headers, "Cache-Control", "must-revalidate");
  soup_message_headers_replace (headers, "Vary", "Accept-Encoding");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");

  /* libsoup closes without saying so; node then takes the connection for one it can use again. */
  if (soup_message_headers_header_contains (soup_server_message_get_request_headers (message),
                                            "Connection", "close"))
    soup_message_headers_replace (headers, "Connection", "close");

  if (reply->etag != NULL)
    soup_message_headers_replace (headers, "ETag", reply->etag);
  if (reply->location != NULL)
    soup_message_headers_replace (headers, "Location", reply->location);
}

/**
 * tally_server_stream_start:
 * @message: a request that was read
 * @reply: (transfer full): the answer
 * @clock: the one its producer waits by
 * @done: called when the message is over
 * @data: for @done
 *
 * Returns: (nullable): the stream, which frees itself after @done; %NULL when the answer was
 *   whole and @done will not be called
 */
TallyServerStream *
tally_server_stream_start (SoupServerMessage     *message,
                           TallyServerReply      *reply,
                           TallyClock            *clock,
                           TallyServerStreamDone  done,
                           gpointer               data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  TallyServerStream *self;

  set_headers (message, reply);
  if (reply->producer == NULL || soup_server_message_get_method (message) == SOUP_METHOD_HEAD)
    {
      if (reply->body != NULL)
        send_whole (message, reply);
      tally_server_reply_free (reply);
      return NULL;
    }

  self = g_new0 (TallyServerStream, 1);
  self->message = g_object_ref (message);
  self->reply = reply;
  self->clock = g_object_ref (clock);
  self->done = done;
  self->data = data;

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (body, FALSE);
  if (takes_gzip (message))
    {
      self->packer = new_packer ();
      soup_message_headers_replace (headers, "Content-Encoding", "gzip");
    }

  g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), self);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
  pump (self);

  return self;
}
