/* tally-server-handler-document.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-handler-private.h"

#include "base/tally-json-text.h"
#include "server/tally-server-document.h"
#include "server/tally-server-error.h"

#include <string.h>

/* The requests about one document. */

static TallyServerReply *
refuse (TallyServerError   code,
        const char        *reason,
        GError           **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, (gint) code, reason);
  return NULL;
}

static gboolean
read_flags (const TallyServerRequest  *request,
            TallyServerDocumentFlags  *flags,
            GError                   **error)
{
  static const struct
  {
    const char               *name;
    TallyServerDocumentFlags  flag;
  } known[] = {
    { "revs", TALLY_SERVER_DOCUMENT_REVS },
    { "revs_info", TALLY_SERVER_DOCUMENT_REVS_INFO },
    { "conflicts", TALLY_SERVER_DOCUMENT_CONFLICTS },
    { "deleted_conflicts", TALLY_SERVER_DOCUMENT_DELETED_CONFLICTS },
    { "local_seq", TALLY_SERVER_DOCUMENT_LOCAL_SEQ },
    { "meta", TALLY_SERVER_DOCUMENT_REVS_INFO | TALLY_SERVER_DOCUMENT_CONFLICTS |
              TALLY_SERVER_DOCUMENT_DELETED_CONFLICTS },
  };

  *flags = TALLY_SERVER_DOCUMENT_PLAIN;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gboolean wanted = FALSE;

      if (!tally_server_request_read_boolean (request, known[i].name, &wanted, error))
        return FALSE;
      if (wanted)
        *flags |= known[i].flag;
    }

  return TRUE;
}

/* The revisions `open_revs` asks for: all leaves, or a list. */
static char **
read_open_revs (const char              *text,
                const TallyServerEntry  *entry,
                gboolean                 latest,
                GError                 **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GArray) list = NULL;

  if (g_str_equal (text, "all"))
    {
      list = tally_rev_tree_leaves (entry->tree);
      for (guint i = 0; i < list->len; i++)
        g_strv_builder_add (builder, g_array_index (list, TallyRevTreeLeaf, i).rev);
      return g_strv_builder_end (builder);
    }

  list = tally_json_text_elements (text, -1, error);
  if (list == NULL)
    return NULL;

  for (guint i = 0; i < list->len; i++)
    {
      g_autofree char *rev = NULL;
      g_autofree char *given = NULL;

      rev = tally_json_span_dup_string (&g_array_index (list, TallyJsonSpan, i), error);
      if (rev == NULL)
        return NULL;
      given = latest && entry != NULL ? tally_server_document_dup_latest (entry, rev)
                                      : g_strdup (rev);
      g_strv_builder_add (builder, given);
    }

  return g_strv_builder_end (builder);
}

static TallyServerReply *
get_open_revs (TallyServerDatabase       *database,
               const char                *key,
               const TallyServerEntry    *entry,
               const TallyServerRequest  *request,
               TallyServerDocumentFlags   flags,
               GError                   **error)
{
  const char *text = tally_server_request_get_query (request, "open_revs");
  g_autoptr (GString) out = g_string_new ("[");
  g_auto (GStrv) revs = NULL;
  gboolean latest = FALSE;

  if (entry == NULL && g_str_equal (text, "all"))
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "missing", error);
  if (!tally_server_request_read_boolean (request, "latest", &latest, error))
    return NULL;
  revs = read_open_revs (text, entry, latest, error);
  if (revs == NULL)
    return NULL;

  for (guint i = 0; revs[i] != NULL; i++)
    {
      gsize before;
      gboolean found = FALSE;

      if (i > 0)
        g_string_append_c (out, ',');
      before = out->len;
      g_string_append (out, "{\"ok\":");
      if (entry != NULL && !tally_server_document_append (database, key, entry, revs[i], flags, out,
                                                          &found, error))
        return NULL;
      if (!found)
        {
          g_string_truncate (out, before);
          g_string_append (out, "{\"missing\":");
          tally_json_append_string (out, revs[i]);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]\n");

  return tally_server_reply_new (200, g_string_free (g_steal_pointer (&out), FALSE));
}

/**
 * tally_server_document_get:
 * @database: where it is
 * @key: its id
 * @request: CouchDB's parameters
 * @error: %TALLY_SERVER_ERROR_NOT_FOUND and others, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): the winner, or the revision or revisions asked for
 */
TallyServerReply *
tally_server_document_get (TallyServerDatabase       *database,
                           const char                *key,
                           const TallyServerRequest  *request,
                           GError                   **error)
{
  const char *asked = tally_server_request_get_query (request, "rev");
  g_autoptr (TallyServerEntry) entry = NULL;
  g_autoptr (GString) out = NULL;
  g_autofree char *rev = NULL;
  TallyServerDocumentFlags flags;
  TallyServerReply *reply;
  gboolean latest = FALSE;
  gboolean found;

  if (!read_flags (request, &flags, error) ||
      !tally_server_request_read_boolean (request, "latest", &latest, error) ||
      !tally_server_database_find (database, key, &entry, error))
    return NULL;

  if (tally_server_request_get_query (request, "open_revs") != NULL)
    return get_open_revs (database, key, entry, request, flags, error);

  if (entry == NULL)
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "missing", error);
  if (asked == NULL && entry->deleted)
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "deleted", error);

  rev = asked == NULL ? g_strdup (entry->winner)
                      : latest ? tally_server_document_dup_latest (entry, asked)
                               : g_strdup (asked);
  out = g_string_new (NULL);
  if (!tally_server_document_append (database, key, entry, rev, flags, out, &found, error))
    return NULL;
  if (!found)
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "missing", error);

  g_string_append_c (out, '\n');
  reply = tally_server_reply_new (200, g_string_free (g_steal_pointer (&out), FALSE));
  reply->etag = g_strdup_printf ("\"%s\"", rev);
  return reply;
}

/* Stores one revision in a transaction of its own. */
static TallyServerReply *
store (TallyServerDatabase  *database,
       const TallyRevision  *revision,
       gboolean              new_edits,
       guint                 status,
       GError              **error)
{
  g_autofree char *rev = NULL;
  g_autofree char *path = NULL;
  TallyServerReply *reply;
  TallyJsonWriter writer;

  if (!tally_server_database_begin (database, error))
    return NULL;
  if (!tally_server_database_put (database, revision, new_edits, &rev, error))
    {
      tally_server_database_rollback (database);
      return NULL;
    }
  if (!tally_server_database_commit (database, error))
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_boolean (&writer, "ok", TRUE);
  tally_json_writer_member (&writer, "id", revision->key);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_end_object (&writer);

  reply = tally_server_reply_new (status, tally_json_writer_finish (&writer));
  reply->etag = g_strdup_printf ("\"%s\"", rev);
  if (status == 201)
    {
      path = g_uri_escape_string (revision->key, NULL, FALSE);
      reply->location = g_strdup_printf ("/%s/%s", tally_server_database_get_name (database), path);
    }
  return reply;
}

/* The revision the client means to replace, as it may stand in two more places than `_rev`. */
static gboolean
read_parent (const TallyServerRequest  *request,
             char                     **rev,
             GError                   **error)
{
  const char *query = tally_server_request_get_query (request, "rev");
  const char *match = tally_server_request_get_header (request, "if-match");

  if (query != NULL)
    *rev = g_strdup (query);
  else if (match != NULL && match[0] == '"' && strlen (match) > 2)
    *rev = g_strndup (match + 1, strlen (match) - 2);
  else
    *rev = g_strdup (match);

  if (*rev == NULL || tally_rev_is_valid (*rev))
    return TRUE;

  refuse (TALLY_SERVER_ERROR_BAD_REQUEST, "Invalid rev format", error);
  return FALSE;
}

/**
 * tally_server_document_put:
 * @database: where to
 * @key: its id, which counts more than the document's own
 * @request: the document
 * @error: %TALLY_SERVER_ERROR_CONFLICT and others, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): its new revision
 */
TallyServerReply *
tally_server_document_put (TallyServerDatabase       *database,
                           const char                *key,
                           const TallyServerRequest  *request,
                           GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (TallyRevision) given = NULL;
  g_autoptr (TallyRevision) revision = NULL;
  g_autofree char *parent = NULL;
  gboolean new_edits = TRUE;

  if (!tally_server_request_read_boolean (request, "new_edits", &new_edits, error) ||
      !read_parent (request, &parent, error))
    return NULL;
  given = tally_revision_parse_keyed (text, (gssize) length, key, error);
  if (given == NULL)
    return NULL;

  if (!g_str_equal (given->key, key))
    return refuse (TALLY_SERVER_ERROR_BAD_REQUEST,
                   "Document ID must match the ID in the address.", error);
  if (parent != NULL && given->rev != NULL && !g_str_equal (parent, given->rev))
    return refuse (TALLY_SERVER_ERROR_BAD_REQUEST,
                   "Document rev from request body and query string have different values", error);

  revision = tally_revision_new (key, given->rev != NULL ? given->rev : parent, given->ancestors,
                                 given->deleted, given->body, given->attachments);
  return store (database, revision, new_edits, 201, error);
}

/**
 * tally_server_document_post:
 * @database: where to
 * @spare_key: names a document that came without an id
 * @request: the document
 * @error: %TALLY_SERVER_ERROR_CONFLICT and others, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): its id and revision
 */
TallyServerReply *
tally_server_document_post (TallyServerDatabase       *database,
                            const char                *spare_key,
                            const TallyServerRequest  *request,
                            GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (TallyRevision) revision = tally_revision_parse_keyed (text, (gssize) length,
                                                                   spare_key, error);

  return revision != NULL ? store (database, revision, TRUE, 201, error) : NULL;
}

/**
 * tally_server_document_delete:
 * @database: where it is
 * @key: its id
 * @request: with the parameter `rev` or an If-Match
 * @error: %TALLY_SERVER_ERROR_CONFLICT, _NOT_FOUND, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): the tombstone's revision
 */
TallyServerReply *
tally_server_document_delete (TallyServerDatabase       *database,
                              const char                *key,
                              const TallyServerRequest  *request,
                              GError                   **error)
{
  g_autoptr (TallyServerEntry) entry = NULL;
  g_autoptr (TallyRevision) revision = NULL;
  g_autofree char *parent = NULL;

  if (!read_parent (request, &parent, error) ||
      !tally_server_database_find (database, key, &entry, error))
    return NULL;

  if (entry == NULL)
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "missing", error);
  if (parent == NULL && entry->deleted)
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "deleted", error);

  revision = tally_revision_new (key, parent, NULL, TRUE, "{}", NULL);
  return store (database, revision, TRUE, 200, error);
}
