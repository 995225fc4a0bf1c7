/* tally-server-request.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-request.h"

#include "base/tally-json-text.h"
#include "server/tally-server-error.h"

#include <string.h>

/* Decodes %XX and, in a query, '+'. What no C string can hold is refused: an id is never cut. */
static char *
decode (const char  *text,
        gsize        length,
        gboolean     plus_is_space,
        GError     **error)
{
  g_autofree char *raw = g_strndup (text, length);
  g_autofree char *plain = NULL;

  if (plus_is_space)
    g_strdelimit (raw, "+", ' ');

  plain = g_uri_unescape_string (raw, NULL);
  if (plain != NULL && g_utf8_validate (plain, -1, NULL))
    return g_steal_pointer (&plain);

  g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
               "The address holds bytes that are not UTF-8.");
  return NULL;
}

static gboolean
read_path (TallyServerRequest  *self,
           const char          *path,
           gsize                length,
           GError             **error)
{
  g_autofree char *raw = g_strndup (path, length);
  g_auto (GStrv) parts = g_strsplit (raw, "/", -1);
  g_autoptr (GPtrArray) segments = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *segment;

      if (parts[i][0] == '\0')
        continue;

      segment = decode (parts[i], strlen (parts[i]), FALSE, error);
      if (segment == NULL)
        return FALSE;
      g_ptr_array_add (segments, segment);
    }

  self->path = (char **) g_ptr_array_steal (segments, NULL);
  if (self->path == NULL)
    self->path = g_new0 (char *, 1);

  return TRUE;
}

static gboolean
read_query (TallyServerRequest  *self,
            const char          *query,
            GError             **error)
{
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      gsize name_length = strcspn (pairs[i], "=");
      const char *rest = pairs[i] + name_length;
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (pairs[i][0] == '\0')
        continue;

      if (*rest == '=')
        rest++;
      name = decode (pairs[i], name_length, TRUE, error);
      value = name != NULL ? decode (rest, strlen (rest), TRUE, error) : NULL;
      if (value == NULL)
        return FALSE;

      g_hash_table_insert (self->query, g_steal_pointer (&name), g_steal_pointer (&value));
    }

  return TRUE;
}

/**
 * tally_server_request_new:
 * @method: the HTTP method
 * @target: path and query as they stand on the request line
 * @error: %TALLY_SERVER_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full): the request, without headers and body yet
 */
TallyServerRequest *
tally_server_request_new (const char  *method,
                          const char  *target,
                          GError     **error)
{
  g_autoptr (TallyServerRequest) self = g_new0 (TallyServerRequest, 1);
  gsize path_length = strcspn (target, "?");

  self->method = g_strdup (method);
  self->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!read_path (self, target, path_length, error))
    return NULL;
  if (target[path_length] == '?' && !read_query (self, target + path_length + 1, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * tally_server_request_free:
 * @self: (transfer full): a request
 */
void
tally_server_request_free (TallyServerRequest *self)
{
  g_free (self->method);
  g_strfreev (self->path);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_hash_table_unref (self->query);
  g_hash_table_unref (self->headers);
  g_free (self);
}

/**
 * tally_server_request_set_header:
 * @self: a request
 * @name: the header
 * @value: its value
 */
void
tally_server_request_set_header (TallyServerRequest *self,
                                 const char         *name,
                                 const char         *value)
{
  g_hash_table_insert (self->headers, g_ascii_strdown (name, -1), g_strdup (value));
}

/**
 * tally_server_request_set_body:
 * @self: a request
 * @body: (nullable): what came
 */
void
tally_server_request_set_body (TallyServerRequest *self,
                               GBytes             *body)
{
  GBytes *kept = body != NULL && g_bytes_get_size (body) > 0 ? g_bytes_ref (body) : NULL;

  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = kept;
}

/**
 * tally_server_request_get_header:
 * @self: a request
 * @name: lower case
 *
 * Returns: (nullable): the header's value
 */
const char *
tally_server_request_get_header (const TallyServerRequest *self,
                                 const char               *name)
{
  return g_hash_table_lookup (self->headers, name);
}

/**
 * tally_server_request_get_query:
 * @self: a request
 * @name: the parameter
 *
 * Returns: (nullable): its value; of several the last
 */
const char *
tally_server_request_get_query (const TallyServerRequest *self,
                                const char               *name)
{
  return g_hash_table_lookup (self->query, name);
}

static gboolean
refuse_query (const char  *name,
              const char  *value,
              GError     **error)
{
  g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
               "Invalid value for %s: %s", name, value);
  return FALSE;
}

/**
 * tally_server_request_read_boolean:
 * @self: a request
 * @name: the parameter
 * @value: (inout): its value
 * @error: %TALLY_SERVER_ERROR_BAD_REQUEST
 *
 * Returns: %FALSE when what came is neither "true" nor "false"
 */
gboolean
tally_server_request_read_boolean (const TallyServerRequest  *self,
                                   const char                *name,
                                   gboolean                  *value,
                                   GError                   **error)
{
  const char *text = tally_server_request_get_query (self, name);

  if (text == NULL)
    return TRUE;

  if (!g_str_equal (text, "true") && !g_str_equal (text, "false"))
    return refuse_query (name, text, error);

  *value = text[0] == 't';
  return TRUE;
}

/**
 * tally_server_request_read_int:
 * @self: a request
 * @name: the parameter
 * @value: (inout): its value
 * @error: %TALLY_SERVER_ERROR_BAD_REQUEST
 *
 * Returns: %FALSE when what came is no whole number from 0
 */
gboolean
tally_server_request_read_int (const TallyServerRequest  *self,
                               const char                *name,
                               gint64                    *value,
                               GError                   **error)
{
  const char *text = tally_server_request_get_query (self, name);

  if (text == NULL)
    return TRUE;

  return g_ascii_string_to_signed (text, 10, 0, G_MAXINT32, value, NULL) ||
         refuse_query (name, text, error);
}

/**
 * tally_server_request_read_string:
 * @self: a request
 * @name: the parameter
 * @value: (inout) (transfer full): its value
 * @error: %TALLY_SERVER_ERROR_BAD_REQUEST
 *
 * Keys stand in a query as JSON. Ours are strings only.
 *
 * Returns: %FALSE when what came is no JSON string
 */
gboolean
tally_server_request_read_string (const TallyServerRequest  *self,
                                  const char                *name,
                                  char                     **value,
                                  GError                   **error)
{
  const char *text = tally_server_request_get_query (self, name);
  g_autofree char *compact = NULL;
  TallyJsonSpan span;
  char *plain;

  if (text == NULL)
    return TRUE;

  compact = tally_json_text_compact (text, -1, NULL);
  if (compact == NULL)
    return refuse_query (name, text, error);

  span = (TallyJsonSpan) { compact, strlen (compact) };
  plain = tally_json_span_dup_string (&span, NULL);
  if (plain == NULL)
    return refuse_query (name, text, error);

  g_free (*value);
  *value = plain;
  return TRUE;
}

/**
 * tally_server_request_get_text:
 * @self: a request
 * @length: (out): bytes
 *
 * Returns: the body, not NUL-terminated; never %NULL
 */
const char *
tally_server_request_get_text (const TallyServerRequest *self,
                               gsize                    *length)
{
  const char *text = self->body != NULL ? g_bytes_get_data (self->body, length) : NULL;

  if (text == NULL)
    *length = 0;

  return text != NULL ? text : "";
}
