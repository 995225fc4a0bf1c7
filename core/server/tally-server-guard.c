/* tally-server-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-guard.h"

#include "server/tally-server-error.h"

#include <string.h>

/* What keeps a port on the loopback interface to the programs it is for. Any web page can make a
 * browser send requests there: with a name of its own that points to 127.0.0.1 (so the Host must
 * be ours), from its own origin (so Origin must be ours), or with a form (so what changes
 * something must say it is JSON, which a form cannot). */

static gboolean
refuse (TallyServerError   code,
        const char        *reason,
        GError           **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, (gint) code, reason);
  return FALSE;
}

/* "localhost:5985" */
static gboolean
is_own_host (const char *host,
             guint16     port)
{
  static const char * const names[] = { "localhost", "127.0.0.1", "[::1]" };
  g_autofree char *suffix = g_strdup_printf (":%u", port);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize length = strlen (names[i]);

      if (g_ascii_strncasecmp (host, names[i], length) == 0 &&
          (g_str_equal (host + length, suffix) || (port == 80 && host[length] == '\0')))
        return TRUE;
    }

  return FALSE;
}

/**
 * tally_server_guard_check_origin:
 * @request: its headers
 * @port: the port listened on
 * @error: %TALLY_SERVER_ERROR_FORBIDDEN
 *
 * Returns: %FALSE when a web page is behind it, or it was meant for somebody else
 */
gboolean
tally_server_guard_check_origin (const TallyServerRequest  *request,
                                 guint16                    port,
                                 GError                   **error)
{
  const char *host = tally_server_request_get_header (request, "host");
  const char *origin = tally_server_request_get_header (request, "origin");
  const char *site = tally_server_request_get_header (request, "sec-fetch-site");

  if (host == NULL || !is_own_host (host, port))
    return refuse (TALLY_SERVER_ERROR_FORBIDDEN,
                   "This server answers to localhost, 127.0.0.1 and [::1] only.", error);

  if (origin != NULL &&
      !(g_str_has_prefix (origin, "http://") && is_own_host (origin + strlen ("http://"), port)))
    return refuse (TALLY_SERVER_ERROR_FORBIDDEN,
                   "This server does not answer to pages of other origins.", error);

  if (g_strcmp0 (site, "cross-site") == 0 || g_strcmp0 (site, "same-site") == 0)
    return refuse (TALLY_SERVER_ERROR_FORBIDDEN,
                   "This server does not answer to pages of other sites.", error);

  return TRUE;
}

/**
 * tally_server_guard_check_type:
 * @request: with its body
 * @error: %TALLY_SERVER_ERROR_MEDIA_TYPE
 *
 * Returns: %FALSE when a body came that is not called JSON
 */
gboolean
tally_server_guard_check_type (const TallyServerRequest  *request,
                               GError                   **error)
{
  const char *type = tally_server_request_get_header (request, "content-type");
  g_autofree char *plain = NULL;

  if (request->body == NULL)
    return TRUE;

  plain = g_strndup (type != NULL ? type : "", type != NULL ? strcspn (type, ";") : 0);
  if (g_ascii_strcasecmp (g_strstrip (plain), "application/json") == 0)
    return TRUE;

  return refuse (TALLY_SERVER_ERROR_MEDIA_TYPE, "Content-Type must be application/json", error);
}

static GBytes *
unpack (GBytes  *packed,
        GError **error)
{
  g_autoptr (GConverter) converter = NULL;
  g_autoptr (GInputStream) source = g_memory_input_stream_new_from_bytes (packed);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (64 * 1024);
  gssize n_read;

  converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  stream = g_converter_input_stream_new (source, converter);
  while ((n_read = g_input_stream_read (stream, piece, 64 * 1024, NULL, NULL)) > 0)
    {
      if (whole->len + (gsize) n_read > TALLY_SERVER_MAX_BODY_LENGTH)
        {
          refuse (TALLY_SERVER_ERROR_TOO_LARGE, "The unpacked request entity is too large.", error);
          return NULL;
        }
      g_byte_array_append (whole, piece, (guint) n_read);
    }

  if (n_read < 0)
    {
      refuse (TALLY_SERVER_ERROR_BAD_REQUEST, "The request entity is no whole gzip.", error);
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&whole));
}

/**
 * tally_server_guard_unpack:
 * @request: with its body as it came
 * @error: %TALLY_SERVER_ERROR_TOO_LARGE, _MEDIA_TYPE, _BAD_REQUEST
 *
 * Returns: %FALSE when the body is packed wrongly, or too large, packed or not
 */
gboolean
tally_server_guard_unpack (TallyServerRequest  *request,
                           GError             **error)
{
  const char *encoding = tally_server_request_get_header (request, "content-encoding");
  g_autoptr (GBytes) unpacked = NULL;

  if (request->body == NULL)
    return TRUE;

  if (g_bytes_get_size (request->body) > TALLY_SERVER_MAX_BODY_LENGTH)
    return refuse (TALLY_SERVER_ERROR_TOO_LARGE, "The request entity is too large.", error);

  if (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;
  if (g_ascii_strcasecmp (encoding, "gzip") != 0)
    return refuse (TALLY_SERVER_ERROR_MEDIA_TYPE, "The one Content-Encoding known here is gzip.",
                   error);

  unpacked = unpack (request->body, error);
  if (unpacked == NULL)
    return FALSE;

  tally_server_request_set_body (request, unpacked);
  return TRUE;
}
