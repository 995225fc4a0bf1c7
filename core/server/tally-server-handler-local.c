/* tally-server-handler-local.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-handler-private.h"

#include "base/tally-json-text.h"
#include "server/tally-server-document.h"
#include "server/tally-server-error.h"

#include <string.h>

/* `_local/` documents: never replicated, no tree, revisions 0-1, 0-2 … */

static gboolean
read_number (const char  *rev,
             gint64      *number,
             GError     **error)
{
  if (g_str_has_prefix (rev, "0-") &&
      g_ascii_string_to_signed (rev + 2, 10, 1, G_MAXINT64, number, NULL))
    return TRUE;

  g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                       "Invalid rev format");
  return FALSE;
}

/* Takes a local document apart: its body, the N of its _rev (0 without one), whether it is to
 * go. Its envelope is smaller than a document's, and its revisions are not those of a tree. */
static gboolean
read_local (const TallyServerRequest  *request,
            char                     **body,
            gint64                    *number,
            GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);
  g_autoptr (GString) out = g_string_new ("{");
  gboolean deleted = FALSE;

  if (members == NULL)
    return FALSE;

  for (guint i = 0; i < members->len; i++)
    {
      TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autofree char *rev = NULL;

      if (tally_json_span_equals (&member->name, "_rev"))
        {
          rev = tally_json_span_dup_string (&member->value, error);
          if (rev == NULL || !read_number (rev, number, error))
            return FALSE;
        }
      else if (tally_json_span_equals (&member->name, "_deleted"))
        deleted = member->value.text[0] == 't';
      else if (member->name.text[1] != '_')
        {
          if (out->len > 1)
            g_string_append_c (out, ',');
          g_string_append_len (out, member->name.text, (gssize) member->name.length);
          g_string_append_c (out, ':');
          if (!tally_json_span_append_compact (&member->value, text, out, error))
            return FALSE;
        }
    }

  g_string_append_c (out, '}');
  *body = deleted ? NULL : g_string_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

static TallyServerReply *
write_local (TallyServerDatabase  *database,
             const char           *key,
             const char           *body,
             gint64                number,
             GError              **error)
{
  g_autofree char *rev = NULL;
  TallyJsonWriter writer;

  if (!tally_server_database_begin (database, error))
    return NULL;
  if (!tally_server_database_put_local (database, key, body, number, &number, error))
    {
      tally_server_database_rollback (database);
      return NULL;
    }
  if (!tally_server_database_commit (database, error))
    return NULL;

  rev = g_strdup_printf ("0-%" G_GINT64_FORMAT, number);
  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_boolean (&writer, "ok", TRUE);
  tally_json_writer_member (&writer, "id", key);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (body != NULL ? 201 : 200, tally_json_writer_finish (&writer));
}

/**
 * tally_server_local_get:
 * @database: where it is
 * @key: with its `_local/`
 * @error: %TALLY_SERVER_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): the document
 */
TallyServerReply *
tally_server_local_get (TallyServerDatabase  *database,
                        const char           *key,
                        GError              **error)
{
  g_autoptr (GString) out = NULL;
  g_autofree char *body = NULL;
  g_autofree char *rev = NULL;
  gint64 number;

  if (!tally_server_database_get_local (database, key, &number, &body, error))
    return NULL;
  if (body == NULL)
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND, "missing");
      return NULL;
    }

  out = g_string_new (NULL);
  rev = g_strdup_printf ("0-%" G_GINT64_FORMAT, number);
  tally_server_document_write (out, key, rev, FALSE, body, NULL);

  return tally_server_reply_new (200, g_string_free (g_steal_pointer (&out), FALSE));
}

/**
 * tally_server_local_put:
 * @database: where to
 * @key: with its `_local/`
 * @request: the document, with the `_rev` it replaces
 * @error: %TALLY_SERVER_ERROR_CONFLICT and others, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): its revision
 */
TallyServerReply *
tally_server_local_put (TallyServerDatabase       *database,
                        const char                *key,
                        const TallyServerRequest  *request,
                        GError                   **error)
{
  const char *rev = tally_server_request_get_query (request, "rev");
  g_autofree char *body = NULL;
  gint64 number = 0;

  if ((rev != NULL && !read_number (rev, &number, error)) ||
      !read_local (request, &body, &number, error))
    return NULL;

  return write_local (database, key, body, number, error);
}

/**
 * tally_server_local_delete:
 * @database: where it is
 * @key: with its `_local/`
 * @request: with the parameter `rev`
 * @error: %TALLY_SERVER_ERROR_CONFLICT and others, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): that it is gone
 */
TallyServerReply *
tally_server_local_delete (TallyServerDatabase       *database,
                           const char                *key,
                           const TallyServerRequest  *request,
                           GError                   **error)
{
  const char *rev = tally_server_request_get_query (request, "rev");
  gint64 number = 0;

  if (rev != NULL && !read_number (rev, &number, error))
    return NULL;

  return write_local (database, key, NULL, number, error);
}
