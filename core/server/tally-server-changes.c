/* tally-server-changes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-changes.h"

#include "base/tally-json-text.h"
#include "server/tally-server-document.h"
#include "server/tally-server-error.h"

#include <string.h>

/**
 * TallyServerChanges:
 *
 * Producer of the changes feed: what has changed since a sequence, one row a document, in the
 * order of the last change. `normal` ends with what there is, `longpoll` waits for a first row,
 * `continuous` and `eventsource` go on. A document that changes while the feed is being sent
 * moves behind its end, and is told by the next one.
 *
 * It reads the database in short pages, so that writes go on between them. It fails only with the
 * disk. When the database is deleted the answer ends as if nothing more had come, as CouchDB's
 * does.
 */

/* Rows read in one go, and about how much of an answer is made before it is sent, bytes. */
#define PAGE_ROWS 250
#define CHUNK_LENGTH (128 * 1024)

/* CouchDB's defaults, milliseconds. */
#define DEFAULT_TIMEOUT_MS 60000
#define DEFAULT_HEARTBEAT_MS 60000

typedef enum
{
  FEED_NORMAL,
  FEED_LONGPOLL,
  FEED_CONTINUOUS,
  FEED_EVENTSOURCE,
} Feed;

typedef enum
{
  STATE_START,
  STATE_ROWS,
  STATE_CAUGHT_UP,
  STATE_ENDED,
} State;

struct _TallyServerChanges
{
  GObject                   parent_instance;

  TallyServerDatabase      *database;       /* owned */
  TallyClock               *clock;          /* owned */
  Feed                      feed;
  TallyServerDocumentFlags  flags;
  gboolean                  all_leaves;     /* style=all_docs */
  gboolean                  bodies;
  gboolean                  descending;
  gint64                    limit;          /* rows; -1: no limit */
  gint64                    heartbeat_us;   /* 0: none */
  gint64                    timeout_us;
  GHashTable               *keys;           /* owned, nullable: only these */

  State                     state;
  gint64                    after;          /* everything up to here is told (ascending) */
  gint64                    until;          /* … and up to there will be, before waiting */
  gint64                    n_rows;
  gint64                    beat_us;        /* when the last sign of life was sent */
  gint64                    deadline_us;    /* when a waiting feed ends */
};

static void tally_server_changes_iface_init (TallyServerProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyServerChanges, tally_server_changes, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_SERVER_PRODUCER,
                                                      tally_server_changes_iface_init))

static void
append_row (TallyServerChanges *self,
            TallyStatement     *row,
            TallyRevTree       *tree,
            GString            *out)
{
  g_autofree char *seq = tally_server_database_dup_seq (self->database,
                                                        tally_statement_get_int (row, 0));
  const char *key = tally_statement_get_text (row, 1);
  const char *winner = tally_statement_get_text (row, 2);
  gboolean deleted = tally_statement_get_int (row, 3) != 0;

  if (self->feed == FEED_EVENTSOURCE)
    g_string_append (out, "data: ");
  else if (self->n_rows > 0 && self->feed != FEED_CONTINUOUS)
    g_string_append (out, ",\n");

  g_string_append_printf (out, "{\"seq\":\"%s\",\"id\":", seq);
  tally_json_append_string (out, key);
  g_string_append (out, ",\"changes\":[");
  if (self->all_leaves)
    g_string_append (out, tally_statement_get_text (row, 4));
  else
    {
      g_string_append (out, "{\"rev\":");
      tally_json_append_string (out, winner);
      g_string_append_c (out, '}');
    }
  g_string_append (out, deleted ? "],\"deleted\":true" : "]");

  if (self->bodies && !tally_statement_is_null (row, 6))
    {
      g_autoptr (GString) extra = g_string_new (NULL);

      if (tree != NULL)
        tally_server_document_add_conflicts (extra, tree, self->flags);
      g_string_append (out, ",\"doc\":");
      tally_server_document_write (out, key, winner, deleted, tally_statement_get_text (row, 6),
                                   extra->str);
    }
  g_string_append_c (out, '}');

  if (self->feed == FEED_CONTINUOUS)
    g_string_append_c (out, '\n');
  else if (self->feed == FEED_EVENTSOURCE)
    g_string_append_printf (out, "\nid: \"%s\"\n\n", seq);
}

/* Reads one row into the answer. */
static gboolean
take_row (TallyServerChanges  *self,
          TallyStatement      *row,
          GString             *out,
          GError             **error)
{
  gint64 seq = tally_statement_get_int (row, 0);
  g_autoptr (TallyRevTree) tree = NULL;

  if (self->descending)
    self->until = seq - 1;
  else
    self->after = seq;

  if (self->keys != NULL && !g_hash_table_contains (self->keys, tally_statement_get_text (row, 1)))
    return TRUE;

  if (self->bodies && self->flags != TALLY_SERVER_DOCUMENT_PLAIN)
    {
      tree = tally_rev_tree_parse (tally_statement_get_text (row, 5), error);
      if (tree == NULL)
        return FALSE;
    }

  append_row (self, row, tree, out);
  self->n_rows++;
  return TRUE;
}

static gboolean
is_full (TallyServerChanges *self)
{
  return self->limit >= 0 && self->n_rows >= self->limit;
}

/* One page of rows; moves on to CAUGHT_UP behind the last one. */
static gboolean
read_page (TallyServerChanges  *self,
           GString             *out,
           GError             **error)
{
  TallyDb *db = tally_server_database_get_db (self->database);
  g_autoptr (TallyStatement) list = NULL;
  TallyDbStep step = TALLY_DB_ROW;
  guint n_read = 0;

  list = tally_db_statement (db, self->descending ? "list-changes-descending" : "list-changes");
  tally_statement_bind_int (list, ":bodies", self->bodies);
  tally_statement_bind_int (list, ":after", self->after);
  tally_statement_bind_int (list, ":until", self->until);
  tally_statement_bind_int (list, ":limit", PAGE_ROWS);

  while (!is_full (self) && out->len < CHUNK_LENGTH &&
         (step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      n_read++;
      if (!take_row (self, list, out, error))
        return FALSE;
    }
  if (step == TALLY_DB_FAILED)
    return FALSE;

  if (is_full (self))
    self->state = STATE_CAUGHT_UP;
  else if (step == TALLY_DB_DONE && n_read < PAGE_ROWS)
    {
      if (!self->descending)
        self->after = self->until;
      self->state = STATE_CAUGHT_UP;
    }

  return TRUE;
}

static gboolean
count_pending (TallyServerChanges  *self,
               gint64              *n_pending,
               GError             **error)
{
  g_autoptr (TallyStatement) count = NULL;

  *n_pending = 0;
  if (self->descending || self->after >= tally_server_database_get_seq (self->database) ||
      tally_server_database_is_closed (self->database))
    return TRUE;

  count = tally_db_statement (tally_server_database_get_db (self->database), "count-changes");
  tally_statement_bind_int (count, ":after", self->after);
  if (tally_statement_step (count, error) != TALLY_DB_ROW)
    return FALSE;

  *n_pending = tally_statement_get_int (count, 0);
  return TRUE;
}

static gboolean
finish (TallyServerChanges  *self,
        GString             *out,
        GError             **error)
{
  g_autofree char *seq = NULL;
  gint64 last = self->after;
  gint64 n_pending;

  if (self->descending)
    last = MIN (self->until + 1, tally_server_database_get_seq (self->database));

  self->state = STATE_ENDED;
  if (self->feed == FEED_EVENTSOURCE)
    return TRUE;
  if (!count_pending (self, &n_pending, error))
    return FALSE;

  seq = tally_server_database_dup_seq (self->database, last);
  g_string_append_printf (out, "%s\"last_seq\":\"%s\",\"pending\":%" G_GINT64_FORMAT "}\n",
                          self->feed == FEED_CONTINUOUS ? "{" : "\n],\n", seq, n_pending);
  return TRUE;
}

/* Everything that is there has been told: end, wait, or go on with what came meanwhile. */
static gboolean
go_on (TallyServerChanges  *self,
       GString             *out,
       gint64              *wake_us,
       GError             **error)
{
  gint64 now = tally_clock_now_us (self->clock);

  if (self->feed == FEED_NORMAL || is_full (self) ||
      (self->feed == FEED_LONGPOLL && self->n_rows > 0) ||
      tally_server_database_is_closed (self->database))
    return finish (self, out, error);

  if (tally_server_database_get_seq (self->database) > self->until)
    {
      self->until = tally_server_database_get_seq (self->database);
      self->state = STATE_ROWS;
      return TRUE;
    }

  if (self->heartbeat_us > 0)
    {
      if (now >= self->beat_us + self->heartbeat_us && out->len == 0)
        {
          g_string_append (out, self->feed == FEED_EVENTSOURCE ? "event: heartbeat\ndata: \n\n"
                                                               : "\n");
          return TRUE;
        }
      *wake_us = self->beat_us + self->heartbeat_us;
      return TRUE;
    }

  if (now >= self->deadline_us)
    return finish (self, out, error);
  *wake_us = self->deadline_us;
  return TRUE;
}

static TallyServerProducerStep
tally_server_changes_next (TallyServerProducer  *producer,
                           GBytes              **chunk,
                           gint64               *wake_us,
                           GError              **error)
{
  TallyServerChanges *self = TALLY_SERVER_CHANGES (producer);
  g_autoptr (GString) out = g_string_new (NULL);
  gint64 now = tally_clock_now_us (self->clock);

  if (self->state == STATE_START)
    {
      if (self->feed == FEED_NORMAL || self->feed == FEED_LONGPOLL)
        g_string_append (out, "{\"results\":[\n");
      self->beat_us = now;
      self->deadline_us = now + self->timeout_us;
      self->state = self->limit == 0 ? STATE_CAUGHT_UP : STATE_ROWS;
    }

  while (out->len < CHUNK_LENGTH && self->state != STATE_ENDED && *wake_us < 0)
    {
      gboolean done;

      if (self->state == STATE_ROWS && tally_server_database_is_closed (self->database))
        self->state = STATE_CAUGHT_UP;
      done = self->state == STATE_ROWS ? read_page (self, out, error)
                                       : go_on (self, out, wake_us, error);
      if (!done)
        return TALLY_SERVER_PRODUCER_FAILED;
    }

  if (out->len > 0)
    {
      self->beat_us = now;
      self->deadline_us = now + self->timeout_us;
      *chunk = g_string_free_to_bytes (g_steal_pointer (&out));
      return TALLY_SERVER_PRODUCER_CHUNK;
    }

  return self->state == STATE_ENDED ? TALLY_SERVER_PRODUCER_END : TALLY_SERVER_PRODUCER_WAIT;
}

static void
tally_server_changes_iface_init (TallyServerProducerInterface *iface)
{
  iface->next = tally_server_changes_next;
}

static void
tally_server_changes_finalize (GObject *object)
{
  TallyServerChanges *self = TALLY_SERVER_CHANGES (object);

  g_clear_object (&self->database);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->keys, g_hash_table_unref);

  G_OBJECT_CLASS (tally_server_changes_parent_class)->finalize (object);
}

static void
tally_server_changes_class_init (TallyServerChangesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_server_changes_finalize;
}

static void
tally_server_changes_init (TallyServerChanges *self)
{
}

static gboolean
read_feed (TallyServerChanges        *self,
           const TallyServerRequest  *request,
           GError                   **error)
{
  static const char * const feeds[] = { "normal", "longpoll", "continuous", "eventsource" };
  const char *feed = tally_server_request_get_query (request, "feed");

  for (guint i = 0; i < G_N_ELEMENTS (feeds); i++)
    if (feed == NULL || g_str_equal (feed, feeds[i]))
      {
        self->feed = (Feed) i;
        return TRUE;
      }

  g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
               "Supported `feed` types: normal, continuous, longpoll, eventsource");
  return FALSE;
}

/* {"doc_ids": ["a", "b"]} */
static gboolean
read_keys (TallyServerChanges        *self,
           const TallyServerRequest  *request,
           GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);
  g_autoptr (GArray) keys = NULL;
  const TallyJsonMember *member;

  member = members != NULL ? tally_json_members_find (members, "doc_ids") : NULL;
  if (member != NULL)
    keys = tally_json_text_elements (member->value.text, (gssize) member->value.length, error);
  if (keys == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                     "`doc_ids` filter parameter is not a list.");
      return FALSE;
    }

  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < keys->len; i++)
    {
      char *key = tally_json_span_dup_string (&g_array_index (keys, TallyJsonSpan, i), error);

      if (key == NULL)
        return FALSE;
      g_hash_table_add (self->keys, key);
    }

  return TRUE;
}

static gboolean
read_filter (TallyServerChanges        *self,
             const TallyServerRequest  *request,
             GError                   **error)
{
  const char *filter = tally_server_request_get_query (request, "filter");

  if (filter == NULL)
    return TRUE;
  if (g_str_equal (filter, "_doc_ids"))
    return read_keys (self, request, error);

  if (filter[0] != '_' && strchr (filter, '/') != NULL)
    g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND,
                 "This server runs no filter functions: %s", filter);
  else
    g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                 "This server's one filter is _doc_ids, not %s", filter);
  return FALSE;
}

static gboolean
read_heartbeat (TallyServerChanges        *self,
                const TallyServerRequest  *request,
                GError                   **error)
{
  const char *text = tally_server_request_get_query (request, "heartbeat");
  gint64 heartbeat_ms = 0;

  if (g_strcmp0 (text, "true") == 0)
    heartbeat_ms = DEFAULT_HEARTBEAT_MS;
  else if (!tally_server_request_read_int (request, "heartbeat", &heartbeat_ms, error))
    return FALSE;

  if (text != NULL && heartbeat_ms == 0)
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                           "The heartbeat value should be a positive integer (in milliseconds).");
      return FALSE;
    }

  self->heartbeat_us = heartbeat_ms * 1000;
  return TRUE;
}

static gboolean
read_since (TallyServerChanges        *self,
            const TallyServerRequest  *request,
            GError                   **error)
{
  const char *since = tally_server_request_get_query (request, "since");

  if (self->feed == FEED_EVENTSOURCE &&
      tally_server_request_get_header (request, "last-event-id") != NULL)
    since = tally_server_request_get_header (request, "last-event-id");

  return since == NULL || tally_server_database_parse_seq (self->database, since, &self->after,
                                                           error);
}

static gboolean
read_options (TallyServerChanges        *self,
              const TallyServerRequest  *request,
              GError                   **error)
{
  const char *style = tally_server_request_get_query (request, "style");
  gboolean conflicts = FALSE;
  gint64 timeout_ms = DEFAULT_TIMEOUT_MS;

  if (!read_feed (self, request, error) || !read_filter (self, request, error) ||
      !read_heartbeat (self, request, error) || !read_since (self, request, error) ||
      !tally_server_request_read_int (request, "limit", &self->limit, error) ||
      !tally_server_request_read_int (request, "timeout", &timeout_ms, error) ||
      !tally_server_request_read_boolean (request, "include_docs", &self->bodies, error) ||
      !tally_server_request_read_boolean (request, "descending", &self->descending, error) ||
      !tally_server_request_read_boolean (request, "conflicts", &conflicts, error))
    return FALSE;

  self->all_leaves = g_strcmp0 (style, "all_docs") == 0;
  self->flags = conflicts ? TALLY_SERVER_DOCUMENT_CONFLICTS : TALLY_SERVER_DOCUMENT_PLAIN;
  self->timeout_us = MIN (timeout_ms, DEFAULT_TIMEOUT_MS) * 1000;
  self->until = tally_server_database_get_seq (self->database);
  return TRUE;
}

/**
 * tally_server_changes_reply:
 * @database: whose changes
 * @request: with CouchDB's parameters; `seq_interval` and what else is not known is read over
 * @clock: for heartbeat and timeout
 * @error: %TALLY_SERVER_ERROR
 *
 * Returns: (transfer full): the answer
 */
TallyServerReply *
tally_server_changes_reply (TallyServerDatabase       *database,
                            const TallyServerRequest  *request,
                            TallyClock                *clock,
                            GError                   **error)
{
  g_autoptr (TallyServerChanges) self = g_object_new (TALLY_TYPE_SERVER_CHANGES, NULL);
  TallyServerReply *reply;
  gboolean is_stream;

  self->database = g_object_ref (database);
  self->clock = g_object_ref (clock);
  self->limit = -1;
  if (!read_options (self, request, error))
    return NULL;

  is_stream = self->feed == FEED_EVENTSOURCE;
  reply = tally_server_reply_new_producer (200, TALLY_SERVER_PRODUCER (g_steal_pointer (&self)));
  if (is_stream)
    reply->content_type = "text/event-stream";

  return reply;
}
