/* tally-server-reply.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-reply.h"

#include "server/tally-server-error.h"

#include <string.h>

G_DEFINE_INTERFACE (TallyServerProducer, tally_server_producer, G_TYPE_OBJECT)

static void
tally_server_producer_default_init (TallyServerProducerInterface *iface)
{
}

/**
 * tally_server_producer_next:
 * @self: a producer that has not ended
 * @chunk: (out) (transfer full): the next piece, on CHUNK
 * @wake_us: (out): when to ask again at the latest, on WAIT; -1: only after "changed"
 * @error: on FAILED
 *
 * Returns: what to do next
 */
TallyServerProducerStep
tally_server_producer_next (TallyServerProducer  *self,
                            GBytes              **chunk,
                            gint64               *wake_us,
                            GError              **error)
{
  *chunk = NULL;
  *wake_us = -1;

  return TALLY_SERVER_PRODUCER_GET_IFACE (self)->next (self, chunk, wake_us, error);
}

/**
 * tally_server_reply_new:
 * @status: HTTP's
 * @json: (transfer full): the body
 *
 * Returns: (transfer full): an answer that is whole already
 */
TallyServerReply *
tally_server_reply_new (guint  status,
                        char  *json)
{
  TallyServerReply *self = g_new0 (TallyServerReply, 1);

  self->status = status;
  self->content_type = "application/json";
  self->body = g_bytes_new_take (json, strlen (json));

  return self;
}

/**
 * tally_server_reply_new_ok:
 * @status: HTTP's
 *
 * Returns: (transfer full): an answer with nothing to tell
 */
TallyServerReply *
tally_server_reply_new_ok (guint status)
{
  return tally_server_reply_new (status, g_strdup ("{\"ok\":true}\n"));
}

/**
 * tally_server_write_error:
 * @writer: inside an object
 * @error: what went wrong
 *
 * Writes CouchDB's two members. What went wrong with the disk names files: that stays here.
 */
void
tally_server_write_error (TallyJsonWriter *writer,
                          const GError    *error)
{
  gboolean is_ours = tally_server_error_get_status (error) < 500;

  tally_json_writer_member (writer, "error", tally_server_error_get_word (error));
  tally_json_writer_member (writer, "reason", is_ours ? error->message
                                                      : "The server could not do it; its log says "
                                                        "why.");
}

/**
 * tally_server_reply_new_error:
 * @error: what went wrong
 *
 * Returns: (transfer full): the answer that says so
 */
TallyServerReply *
tally_server_reply_new_error (const GError *error)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_server_write_error (&writer, error);
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (tally_server_error_get_status (error),
                                 tally_json_writer_finish (&writer));
}

/**
 * tally_server_reply_new_producer:
 * @status: HTTP's
 * @producer: (transfer full): makes the body
 *
 * Returns: (transfer full): an answer made while it is sent
 */
TallyServerReply *
tally_server_reply_new_producer (guint                status,
                                 TallyServerProducer *producer)
{
  TallyServerReply *self = g_new0 (TallyServerReply, 1);

  self->status = status;
  self->content_type = "application/json";
  self->producer = producer;

  return self;
}

/**
 * tally_server_reply_free:
 * @self: (transfer full): an answer
 */
void
tally_server_reply_free (TallyServerReply *self)
{
  g_free (self->etag);
  g_free (self->location);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->producer);
  g_free (self);
}

/**
 * tally_server_reply_drain:
 * @self: an answer
 * @error: what the producer failed with; %G_IO_ERROR_WOULD_BLOCK
 *
 * Returns: (transfer full) (nullable): all of the body
 */
GBytes *
tally_server_reply_drain (TallyServerReply  *self,
                          GError           **error)
{
  g_autoptr (GByteArray) whole = NULL;

  if (self->body != NULL)
    return g_bytes_ref (self->body);

  whole = g_byte_array_new ();
  while (self->producer != NULL)
    {
      g_autoptr (GBytes) chunk = NULL;
      gint64 wake_us;
      TallyServerProducerStep step = tally_server_producer_next (self->producer, &chunk, &wake_us,
                                                                 error);

      if (step == TALLY_SERVER_PRODUCER_FAILED)
        return NULL;
      if (step == TALLY_SERVER_PRODUCER_END)
        break;
      if (step == TALLY_SERVER_PRODUCER_WAIT)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                               "The answer waits for a change");
          return NULL;
        }
      g_byte_array_append (whole, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&whole));
}
