/* tally-server-bulk-get.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-bulk-get.h"

#include "base/tally-json-text.h"
#include "server/tally-server-error.h"

#include <string.h>

/**
 * TallyServerBulkGet:
 *
 * Producer of `_bulk_get`: the revisions asked for, with their history, in the order they were
 * asked for. What is not there is told in its place. An empty list has an empty answer.
 */

/* About how much of an answer is made before it is sent, bytes. */
#define CHUNK_LENGTH (128 * 1024)

struct _TallyServerBulkGet
{
  GObject                   parent_instance;

  TallyServerDatabase      *database;   /* owned */
  GBytes                   *body;       /* owned: what the list is cut from */
  GArray                   *wanted;     /* owned: TallyJsonSpan */
  TallyServerDocumentFlags  flags;
  gboolean                  latest;

  gboolean                  started;
  gboolean                  ended;
  guint                     n_told;
};

static void tally_server_bulk_get_iface_init (TallyServerProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyServerBulkGet, tally_server_bulk_get, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_SERVER_PRODUCER,
                                                      tally_server_bulk_get_iface_init))

static void
append_error (GString    *out,
              const char *key,
              const char *rev,
              const char *word,
              const char *reason)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, out);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "error");
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", key);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_member (&writer, "error", word);
  tally_json_writer_member (&writer, "reason", reason);
  tally_json_writer_end_object (&writer);
  tally_json_writer_end_object (&writer);
}

static gboolean
append_rev (TallyServerBulkGet      *self,
            const char              *key,
            const TallyServerEntry  *entry,
            const char              *rev,
            GString                 *out,
            GError                 **error)
{
  gsize before = out->len;
  gboolean found = FALSE;

  g_string_append (out, "{\"ok\":");
  if (entry != NULL &&
      !tally_server_document_append (self->database, key, entry, rev, self->flags, out, &found,
                                     error))
    return FALSE;

  if (found)
    g_string_append_c (out, '}');
  else
    {
      g_string_truncate (out, before);
      append_error (out, key, rev, "not_found", "missing");
    }
  return TRUE;
}

static gboolean
append_leaves (TallyServerBulkGet      *self,
               const char              *key,
               const TallyServerEntry  *entry,
               GString                 *out,
               GError                 **error)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (entry->tree);

  for (guint i = 0; i < leaves->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      if (!append_rev (self, key, entry, g_array_index (leaves, TallyRevTreeLeaf, i).rev, out,
                       error))
        return FALSE;
    }

  return TRUE;
}

/* {"id": "a", "rev": "1-x"}; without a rev all leaves are meant. */
static gboolean
append_wanted (TallyServerBulkGet   *self,
               const TallyJsonSpan  *span,
               GString              *out,
               GError              **error)
{
  g_autoptr (GArray) members = tally_json_text_members (span->text, (gssize) span->length, NULL);
  const TallyJsonMember *id = members ? tally_json_members_find (members, "id") : NULL;
  const TallyJsonMember *wanted = members ? tally_json_members_find (members, "rev") : NULL;
  g_autofree char *key = id != NULL ? tally_json_span_dup_string (&id->value, NULL) : NULL;
  g_autofree char *rev = wanted != NULL ? tally_json_span_dup_string (&wanted->value, NULL) : NULL;
  g_autoptr (TallyServerEntry) entry = NULL;
  gboolean done = TRUE;

  if (key != NULL && !tally_server_database_find (self->database, key, &entry, error))
    return FALSE;

  g_string_append (out, "{\"id\":");
  if (id != NULL)
    g_string_append_len (out, id->value.text, (gssize) id->value.length);
  else
    g_string_append (out, "null");
  g_string_append (out, ",\"docs\":[");

  if (key == NULL)
    append_error (out, "", rev, "bad_request", "An element of `docs` needs an `id`.");
  else if (entry == NULL)
    append_error (out, key, rev != NULL ? rev : "undefined", "not_found", "missing");
  else if (rev == NULL)
    done = append_leaves (self, key, entry, out, error);
  else
    {
      g_autofree char *given = self->latest ? tally_server_document_dup_latest (entry, rev)
                                            : g_strdup (rev);

      done = append_rev (self, key, entry, given, out, error);
    }
  g_string_append (out, "]}");

  return done;
}

static TallyServerProducerStep
tally_server_bulk_get_next (TallyServerProducer  *producer,
                            GBytes              **chunk,
                            gint64               *wake_us,
                            GError              **error)
{
  TallyServerBulkGet *self = TALLY_SERVER_BULK_GET (producer);
  g_autoptr (GString) out = g_string_new (self->started ? NULL : "{\"results\":[\n");

  if (self->ended)
    return TALLY_SERVER_PRODUCER_END;

  if (tally_server_database_is_closed (self->database))
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND,
                           "The database was deleted while it was read.");
      return TALLY_SERVER_PRODUCER_FAILED;
    }

  self->started = TRUE;
  while (self->n_told < self->wanted->len && out->len < CHUNK_LENGTH)
    {
      if (self->n_told > 0)
        g_string_append (out, ",\n");
      if (!append_wanted (self, &g_array_index (self->wanted, TallyJsonSpan, self->n_told++), out,
                          error))
        return TALLY_SERVER_PRODUCER_FAILED;
    }

  if (self->n_told == self->wanted->len)
    {
      self->ended = TRUE;
      g_string_append (out, "\n]}\n");
    }
  *chunk = g_string_free_to_bytes (g_steal_pointer (&out));
  return TALLY_SERVER_PRODUCER_CHUNK;
}

static void
tally_server_bulk_get_iface_init (TallyServerProducerInterface *iface)
{
  iface->next = tally_server_bulk_get_next;
}

static void
tally_server_bulk_get_finalize (GObject *object)
{
  TallyServerBulkGet *self = TALLY_SERVER_BULK_GET (object);

  g_clear_object (&self->database);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->wanted, g_array_unref);

  G_OBJECT_CLASS (tally_server_bulk_get_parent_class)->finalize (object);
}

static void
tally_server_bulk_get_class_init (TallyServerBulkGetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_server_bulk_get_finalize;
}

static void
tally_server_bulk_get_init (TallyServerBulkGet *self)
{
}

static gboolean
read_wanted (TallyServerBulkGet        *self,
             const TallyServerRequest  *request,
             GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);
  const TallyJsonMember *docs;

  if (members == NULL)
    return FALSE;

  docs = tally_json_members_find (members, "docs");
  if (docs == NULL || docs->value.text[0] != '[')
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                           "Missing JSON list of 'docs'.");
      return FALSE;
    }

  self->body = g_bytes_ref (request->body);
  self->wanted = tally_json_text_elements (docs->value.text, (gssize) docs->value.length, error);
  return self->wanted != NULL;
}

/**
 * tally_server_bulk_get_reply:
 * @database: whose documents
 * @request: what is wanted; parameters `revs` and `latest`
 * @error: %TALLY_SERVER_ERROR
 *
 * Returns: (transfer full): the answer
 */
TallyServerReply *
tally_server_bulk_get_reply (TallyServerDatabase       *database,
                             const TallyServerRequest  *request,
                             GError                   **error)
{
  g_autoptr (TallyServerBulkGet) self = g_object_new (TALLY_TYPE_SERVER_BULK_GET, NULL);
  gboolean revs = FALSE;

  self->database = g_object_ref (database);
  if (!tally_server_request_read_boolean (request, "revs", &revs, error) ||
      !tally_server_request_read_boolean (request, "latest", &self->latest, error) ||
      !read_wanted (self, request, error))
    return NULL;

  self->flags = revs ? TALLY_SERVER_DOCUMENT_REVS : TALLY_SERVER_DOCUMENT_PLAIN;
  return tally_server_reply_new_producer (200, TALLY_SERVER_PRODUCER (g_steal_pointer (&self)));
}
