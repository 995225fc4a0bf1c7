/* tally-script-server.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "lib/tally-script-server.h"

#include "lib/tally-soup-thread.h"

typedef struct
{
  TallyScriptFault  fault;
  guint             status;
  char             *content_type;   /* nullable */
  GBytes           *body;
  GPtrArray        *headers;        /* name, value, name, value … */
} Answer;

typedef struct
{
  char               *line;
  char               *body;
  SoupMessageHeaders *headers;
} Hit;

struct _TallyScriptServer
{
  TallySoupThread *soup;

  GMutex           mutex;      /* guards what follows */
  GQueue           answers;    /* element-type Answer */
  GPtrArray       *hits;       /* element-type Hit */
};

static void
answer_free (Answer *answer)
{
  g_free (answer->content_type);
  g_bytes_unref (answer->body);
  g_ptr_array_unref (answer->headers);
  g_free (answer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

static void
hit_free (gpointer data)
{
  Hit *hit = data;

  g_free (hit->line);
  g_free (hit->body);
  soup_message_headers_unref (hit->headers);
  g_free (hit);
}

static Hit *
hit_new (SoupServerMessage *message)
{
  Hit *hit = g_new0 (Hit, 1);
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  hit->line = g_strconcat (soup_server_message_get_method (message), " ", g_uri_get_path (uri),
                           query != NULL ? "?" : "", query, NULL);
  hit->body = g_strndup (body->data != NULL ? body->data : "", body->length);
  hit->headers = soup_message_headers_ref (soup_server_message_get_request_headers (message));

  return hit;
}

/* The faults below HTTP: the connection is taken over and spoken to by hand. */
static void
act_fault (SoupServerMessage *message,
           Answer            *answer)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  g_autoptr (GString) bytes = g_string_new (NULL);
  gsize length;
  const char *body = g_bytes_get_data (answer->body, &length);

  if (answer->fault == TALLY_SCRIPT_TRUNCATE)
    {
      g_string_append_printf (bytes, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);
      g_string_append_len (bytes, body, (gssize) length / 2);
    }
  else if (answer->fault == TALLY_SCRIPT_NOISE)
    {
      g_string_append (bytes, "220 mail.example ESMTP\r\n");
    }

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), bytes->str, bytes->len,
                             NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  TallyScriptServer *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (Answer) answer = g_queue_pop_head (&self->answers);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  gsize length;
  const char *body;

  g_ptr_array_add (self->hits, hit_new (message));

  if (answer == NULL)
    {
      soup_server_message_set_status (message, 599, "The script is over");
      return;
    }
  if (answer->fault == TALLY_SCRIPT_STALL)
    {
      soup_server_message_pause (message);
      return;
    }
  if (answer->fault != TALLY_SCRIPT_ANSWER)
    {
      act_fault (message, answer);
      return;
    }

  soup_server_message_set_status (message, answer->status, NULL);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    soup_message_headers_append (headers, answer->headers->pdata[i], answer->headers->pdata[i + 1]);
  body = g_bytes_get_data (answer->body, &length);
  if (answer->content_type != NULL)
    soup_server_message_set_response (message, answer->content_type, SOUP_MEMORY_COPY,
                                      length > 0 ? body : "", length);
}

TallyScriptServer *
tally_script_server_new (void)
{
  TallyScriptServer *self = g_new0 (TallyScriptServer, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->answers);
  self->hits = g_ptr_array_new_with_free_func (hit_free);
  self->soup = tally_soup_thread_new (request_cb, self);

  return self;
}

/* Stops listening, drops every connection. */
void
tally_script_server_free (TallyScriptServer *self)
{
  tally_soup_thread_free (self->soup);
  g_queue_clear_full (&self->answers, (GDestroyNotify) answer_free);
  g_ptr_array_unref (self->hits);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

char *
tally_script_server_dup_url (TallyScriptServer *self,
                             const char        *path)
{
  return tally_soup_thread_dup_url (self->soup, path);
}

static void
queue_answer (TallyScriptServer *self,
              TallyScriptFault   fault,
              guint              status,
              const char        *content_type,
              GBytes            *body)
{
  Answer *answer = g_new0 (Answer, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  answer->fault = fault;
  answer->status = status;
  answer->content_type = g_strdup (content_type);
  answer->body = g_bytes_ref (body);
  answer->headers = g_ptr_array_new_with_free_func (g_free);
  g_queue_push_tail (&self->answers, answer);
}

void
tally_script_server_queue_bytes (TallyScriptServer *self,
                                 guint              status,
                                 const char        *content_type,
                                 GBytes            *body)
{
  queue_answer (self, TALLY_SCRIPT_ANSWER, status, content_type, body);
}

void
tally_script_server_queue (TallyScriptServer *self,
                           guint              status,
                           const char        *content_type,
                           const char        *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  queue_answer (self, TALLY_SCRIPT_ANSWER, status, content_type, bytes);
}

void
tally_script_server_queue_json (TallyScriptServer *self,
                                guint              status,
                                const char        *body)
{
  tally_script_server_queue (self, status, "application/json", body);
}

void
tally_script_server_queue_gzip (TallyScriptServer *self,
                                guint              status,
                                const char        *content_type,
                                const char        *body)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (body, -1, NULL);
  g_autoptr (GInputStream) packing = g_converter_input_stream_new (plain, G_CONVERTER (gzip));
  g_autoptr (GOutputStream) packed = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = NULL;

  g_output_stream_splice (packed, packing, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (packed));
  queue_answer (self, TALLY_SCRIPT_ANSWER, status, content_type, bytes);
  tally_script_server_add_header (self, "Content-Encoding", "gzip");
}

void
tally_script_server_queue_fault (TallyScriptServer *self,
                                 TallyScriptFault   fault,
                                 const char        *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  queue_answer (self, fault, 200, "application/json", bytes);
}

void
tally_script_server_add_header (TallyScriptServer *self,
                                const char        *name,
                                const char        *value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Answer *answer = g_queue_peek_tail (&self->answers);

  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_strdup (value));
}

guint
tally_script_server_get_n_hits (TallyScriptServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->hits->len;
}

char *
tally_script_server_dup_request (TallyScriptServer *self,
                                 guint              n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (n < self->hits->len ? ((Hit *) self->hits->pdata[n])->line : "");
}

char *
tally_script_server_dup_body (TallyScriptServer *self,
                              guint              n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (n < self->hits->len ? ((Hit *) self->hits->pdata[n])->body : "");
}

char *
tally_script_server_dup_header (TallyScriptServer *self,
                                guint              n,
                                const char        *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (n >= self->hits->len)
    return NULL;

  return g_strdup (soup_message_headers_get_one (((Hit *) self->hits->pdata[n])->headers, name));
}
