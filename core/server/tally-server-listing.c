/* tally-server-listing.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-listing.h"

#include "base/tally-json-text.h"
#include "server/tally-server-document.h"
#include "server/tally-server-error.h"

#include <string.h>

/**
 * TallyServerListing:
 *
 * Producer of `_all_docs`: the live documents in the order of their ids' bytes, or the ones asked
 * for by key. Reads in short pages: what is written while the answer is being sent may or may not
 * be in it. Fails with the disk only, and when the database goes away under it.
 */

/* Rows read in one go, and about how much of an answer is made before it is sent, bytes. */
#define PAGE_ROWS 250
#define CHUNK_LENGTH (128 * 1024)

struct _TallyServerListing
{
  GObject                   parent_instance;

  TallyServerDatabase      *database;    /* owned */
  GBytes                   *body;        /* owned, nullable: what the keys are cut from */
  GArray                   *keys;        /* owned, nullable: TallyJsonSpan, asked for by key */
  TallyServerDocumentFlags  flags;
  gboolean                  bodies;
  gboolean                  descending;
  gboolean                  show_seq;
  gint64                    limit;       /* rows; -1: no limit */
  gint64                    skip;
  char                     *first;       /* owned, nullable: where the rows start */
  char                     *last;        /* owned, nullable: where they end */
  gboolean                  with_last;   /* inclusive_end */

  gboolean                  started;
  gboolean                  ended;
  char                     *told;        /* owned, nullable: the key read last */
  guint                     n_keys_told;
  gint64                    n_skipped;
  gint64                    n_rows;
};

static void tally_server_listing_iface_init (TallyServerProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyServerListing, tally_server_listing, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_SERVER_PRODUCER,
                                                      tally_server_listing_iface_init))

/* How many rows stand in front of the first one: CouchDB's "offset". */
static gboolean
count_offset (TallyServerListing  *self,
              gint64              *offset,
              GError             **error)
{
  g_autoptr (TallyStatement) count = NULL;

  *offset = self->skip;
  if (self->first == NULL)
    return TRUE;

  count = tally_db_statement (tally_server_database_get_db (self->database),
                              self->descending ? "count-after" : "count-before");
  tally_statement_bind_text (count, ":key", self->first);
  if (tally_statement_step (count, error) != TALLY_DB_ROW)
    return FALSE;

  *offset += tally_statement_get_int (count, 0);
  return TRUE;
}

static gboolean
start (TallyServerListing  *self,
       GString             *out,
       GError             **error)
{
  gint64 offset = 0;

  if (self->keys == NULL && !count_offset (self, &offset, error))
    return FALSE;

  g_string_append_printf (out, "{\"total_rows\":%" G_GINT64_FORMAT ",",
                          tally_server_database_get_n_live (self->database));
  if (self->keys == NULL)
    g_string_append_printf (out, "\"offset\":%" G_GINT64_FORMAT ",", offset);
  else
    g_string_append (out, "\"offset\":null,");
  if (self->show_seq)
    {
      g_autofree char *seq = NULL;

      seq = tally_server_database_dup_seq (self->database,
                                           tally_server_database_get_seq (self->database));
      g_string_append_printf (out, "\"update_seq\":\"%s\",", seq);
    }
  g_string_append (out, "\"rows\":[\n");

  self->started = TRUE;
  return TRUE;
}

static void
open_row (TallyServerListing *self,
          GString            *out)
{
  if (self->n_rows++ > 0)
    g_string_append (out, ",\n");
}

static void
append_head (GString    *out,
             const char *key,
             const char *rev,
             gboolean    deleted)
{
  g_string_append (out, "{\"id\":");
  tally_json_append_string (out, key);
  g_string_append (out, ",\"key\":");
  tally_json_append_string (out, key);
  g_string_append (out, ",\"value\":{\"rev\":");
  tally_json_append_string (out, rev);
  g_string_append (out, deleted ? ",\"deleted\":true}" : "}");
}

static gboolean
take_row (TallyServerListing  *self,
          TallyStatement      *row,
          GString             *out,
          GError             **error)
{
  const char *key = tally_statement_get_text (row, 0);
  const char *winner = tally_statement_get_text (row, 1);
  g_autoptr (GString) extra = NULL;

  g_free (self->told);
  self->told = g_strdup (key);
  if (self->n_skipped < self->skip)
    {
      self->n_skipped++;
      return TRUE;
    }

  open_row (self, out);
  append_head (out, key, winner, FALSE);
  if (self->bodies && !tally_statement_is_null (row, 3))
    {
      extra = g_string_new (NULL);
      if (self->flags != TALLY_SERVER_DOCUMENT_PLAIN)
        {
          g_autoptr (TallyRevTree) tree = tally_rev_tree_parse (tally_statement_get_text (row, 2),
                                                                error);

          if (tree == NULL)
            return FALSE;
          tally_server_document_add_conflicts (extra, tree, self->flags);
        }
      g_string_append (out, ",\"doc\":");
      tally_server_document_write (out, key, winner, FALSE, tally_statement_get_text (row, 3),
                                   extra->str);
    }
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
is_full (TallyServerListing *self)
{
  return self->limit >= 0 && self->n_rows >= self->limit;
}

/* The page starts at the row told last, if there is one: that is left out. So is the end, where
 * it is exclusive. */
static gboolean
is_outside (TallyServerListing *self,
            const char         *key)
{
  return g_strcmp0 (key, self->told) == 0 ||
         (!self->with_last && g_strcmp0 (key, self->last) == 0);
}

static void
bind_page (TallyServerListing *self,
           TallyStatement     *list)
{
  const char *from = self->told != NULL ? self->told : self->first;

  /* Descending, the rows start at the greater end. */
  tally_statement_bind_int (list, ":bodies", self->bodies);
  tally_statement_bind_int (list, ":limit", PAGE_ROWS);
  if (self->descending)
    {
      tally_statement_bind_text (list, ":first", self->last != NULL ? self->last : "");
      tally_statement_bind_text (list, ":last", from);
    }
  else
    {
      tally_statement_bind_text (list, ":first", from != NULL ? from : "");
      tally_statement_bind_text (list, ":last", self->last);
    }
}

static gboolean
read_page (TallyServerListing  *self,
           GString             *out,
           GError             **error)
{
  TallyDb *db = tally_server_database_get_db (self->database);
  g_autoptr (TallyStatement) list = NULL;
  TallyDbStep step = TALLY_DB_ROW;
  guint n_read = 0;

  list = tally_db_statement (db, self->descending ? "list-documents-descending"
                                                  : "list-documents");
  bind_page (self, list);
  while (!is_full (self) && out->len < CHUNK_LENGTH &&
         (step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      n_read++;
      if (!is_outside (self, tally_statement_get_text (list, 0)) &&
          !take_row (self, list, out, error))
        return FALSE;
    }

  self->ended = is_full (self) || (step == TALLY_DB_DONE && n_read < PAGE_ROWS);
  return step != TALLY_DB_FAILED;
}

static gboolean
append_keyed (TallyServerListing   *self,
              const TallyJsonSpan  *span,
              GString              *out,
              GError              **error)
{
  g_autofree char *key = tally_json_span_dup_string (span, NULL);
  g_autoptr (TallyServerEntry) entry = NULL;
  gboolean found;

  if (key != NULL && !tally_server_database_find (self->database, key, &entry, error))
    return FALSE;

  open_row (self, out);
  if (entry == NULL)
    {
      g_string_append_printf (out, "{\"key\":%.*s,\"error\":\"not_found\"}", (int) span->length,
                              span->text);
      return TRUE;
    }

  append_head (out, key, entry->winner, entry->deleted);
  if (self->bodies && entry->deleted)
    g_string_append (out, ",\"doc\":null");
  else if (self->bodies)
    {
      g_string_append (out, ",\"doc\":");
      if (!tally_server_document_append (self->database, key, entry, entry->winner, self->flags, out,
                                         &found, error))
        return FALSE;
      if (!found)
        g_string_append (out, "null");
    }
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
read_keys (TallyServerListing  *self,
           GString             *out,
           GError             **error)
{
  while (!is_full (self) && out->len < CHUNK_LENGTH && self->n_keys_told < self->keys->len)
    {
      TallyJsonSpan *span = &g_array_index (self->keys, TallyJsonSpan, self->n_keys_told++);

      if (self->n_skipped < self->skip)
        self->n_skipped++;
      else if (!append_keyed (self, span, out, error))
        return FALSE;
    }

  self->ended = is_full (self) || self->n_keys_told == self->keys->len;
  return TRUE;
}

static TallyServerProducerStep
tally_server_listing_next (TallyServerProducer  *producer,
                           GBytes              **chunk,
                           gint64               *wake_us,
                           GError              **error)
{
  TallyServerListing *self = TALLY_SERVER_LISTING (producer);
  g_autoptr (GString) out = g_string_new (NULL);

  if (self->ended)
    return TALLY_SERVER_PRODUCER_END;

  if (tally_server_database_is_closed (self->database))
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND,
                           "The database was deleted while it was listed.");
      return TALLY_SERVER_PRODUCER_FAILED;
    }

  if (!self->started && !start (self, out, error))
    return TALLY_SERVER_PRODUCER_FAILED;

  while (out->len < CHUNK_LENGTH && !self->ended)
    if (!(self->keys != NULL ? read_keys (self, out, error) : read_page (self, out, error)))
      return TALLY_SERVER_PRODUCER_FAILED;

  if (self->ended)
    g_string_append (out, "\n]}\n");

  *chunk = g_string_free_to_bytes (g_steal_pointer (&out));
  return TALLY_SERVER_PRODUCER_CHUNK;
}

static void
tally_server_listing_iface_init (TallyServerProducerInterface *iface)
{
  iface->next = tally_server_listing_next;
}

static void
tally_server_listing_finalize (GObject *object)
{
  TallyServerListing *self = TALLY_SERVER_LISTING (object);

  g_clear_object (&self->database);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->keys, g_array_unref);
  g_free (self->first);
  g_free (self->last);
  g_free (self->told);

  G_OBJECT_CLASS (tally_server_listing_parent_class)->finalize (object);
}

static void
tally_server_listing_class_init (TallyServerListingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_server_listing_finalize;
}

static void
tally_server_listing_init (TallyServerListing *self)
{
}

static gboolean
read_keys_option (TallyServerListing        *self,
                  const TallyServerRequest  *request,
                  GError                   **error)
{
  const char *query = tally_server_request_get_query (request, "keys");
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *member;
  TallyJsonSpan span;

  if (query != NULL)
    {
      self->body = g_bytes_new (query, strlen (query));
      span.text = g_bytes_get_data (self->body, &span.length);
    }
  else if (request->body != NULL)
    {
      self->body = g_bytes_ref (request->body);
      span.text = g_bytes_get_data (self->body, &span.length);
      members = tally_json_text_members (span.text, (gssize) span.length, error);
      if (members == NULL)
        return FALSE;
      member = tally_json_members_find (members, "keys");
      if (member == NULL)
        return TRUE;
      span = member->value;
    }
  else
    return TRUE;

  self->keys = tally_json_text_elements (span.text, (gssize) span.length, error);
  return self->keys != NULL;
}

static gboolean
read_options (TallyServerListing        *self,
              const TallyServerRequest  *request,
              GError                   **error)
{
  g_autofree char *key = NULL;
  gboolean conflicts = FALSE;

  self->with_last = TRUE;
  self->limit = -1;
  if (!read_keys_option (self, request, error) ||
      !tally_server_request_read_string (request, "key", &key, error) ||
      !tally_server_request_read_string (request, "startkey", &self->first, error) ||
      !tally_server_request_read_string (request, "start_key", &self->first, error) ||
      !tally_server_request_read_string (request, "endkey", &self->last, error) ||
      !tally_server_request_read_string (request, "end_key", &self->last, error) ||
      !tally_server_request_read_boolean (request, "inclusive_end", &self->with_last, error) ||
      !tally_server_request_read_boolean (request, "include_docs", &self->bodies, error) ||
      !tally_server_request_read_boolean (request, "conflicts", &conflicts, error) ||
      !tally_server_request_read_boolean (request, "descending", &self->descending, error) ||
      !tally_server_request_read_boolean (request, "update_seq", &self->show_seq, error) ||
      !tally_server_request_read_int (request, "limit", &self->limit, error) ||
      !tally_server_request_read_int (request, "skip", &self->skip, error))
    return FALSE;

  if (key != NULL)
    {
      g_free (self->first);
      g_free (self->last);
      self->first = g_strdup (key);
      self->last = g_steal_pointer (&key);
      self->with_last = TRUE;
    }
  self->flags = conflicts ? TALLY_SERVER_DOCUMENT_CONFLICTS : TALLY_SERVER_DOCUMENT_PLAIN;
  return TRUE;
}

/**
 * tally_server_listing_reply:
 * @database: whose documents
 * @request: with CouchDB's parameters
 * @error: %TALLY_SERVER_ERROR
 *
 * Returns: (transfer full): the answer
 */
TallyServerReply *
tally_server_listing_reply (TallyServerDatabase       *database,
                            const TallyServerRequest  *request,
                            GError                   **error)
{
  g_autoptr (TallyServerListing) self = g_object_new (TALLY_TYPE_SERVER_LISTING, NULL);

  self->database = g_object_ref (database);
  if (!read_options (self, request, error))
    return NULL;

  return tally_server_reply_new_producer (200, TALLY_SERVER_PRODUCER (g_steal_pointer (&self)));
}
