/* tally-server-url.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-server-url.h"

#include "client/tally-client-error.h"
#include "config.h"

#include <glib/gi18n-lib.h>

void
tally_server_url_free (TallyServerUrl *self)
{
  g_free (self->url);
  g_free (self->user);
  if (self->password != NULL)
    memset (self->password, 0, strlen (self->password));
  g_free (self->password);
  g_free (self->database);
  g_free (self);
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);

  /* RFC 6761 keeps the name and everything under it for the machine itself. */
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

static char *
dup_trimmed_path (GUri *uri)
{
  char *path = g_strdup (g_uri_get_path (uri));
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';

  return path;
}

/**
 * tally_server_url_parse:
 * @text: e.g. "http://ann:secret@192.168.1.5:5985/shop/"
 * @error: %TALLY_CLIENT_ERROR_BAD_INPUT
 *
 * Returns: (transfer full): its parts
 */
TallyServerUrl *
tally_server_url_parse (const char  *text,
                        GError     **error)
{
  g_autoptr (TallyServerUrl) self = g_new0 (TallyServerUrl, 1);
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GUri) plain = NULL;
  g_autofree char *path = NULL;
  const char *slash;

  uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH |
                     G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (g_strcmp0 (g_uri_get_scheme (uri), "http") != 0 &&
       g_strcmp0 (g_uri_get_scheme (uri), "https") != 0))
    {
      g_set_error_literal (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT,
                           _("That is no address of a server. It looks like "
                             "http://host:5985/database."));
      return NULL;
    }

  path = dup_trimmed_path (uri);
  slash = strrchr (path, '/');
  self->database = slash != NULL ? g_uri_unescape_string (slash + 1, NULL) : NULL;
  if (self->database == NULL || *self->database == '\0')
    {
      g_set_error_literal (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT,
                           _("The address names no database. It looks like "
                             "http://host:5985/database."));
      return NULL;
    }

  plain = g_uri_build (G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_SCHEME_NORMALIZE,
                       g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                       path, NULL, NULL);
  self->url = g_uri_to_string (plain);
  self->user = g_strdup (g_uri_get_user (uri));
  self->password = g_strdup (g_uri_get_password (uri));
  self->loopback = is_loopback (g_uri_get_host (uri));

  return g_steal_pointer (&self);
}

gboolean
tally_server_url_same_server (const TallyServerUrl *self,
                              const TallyServerUrl *other)
{
  /* Everything before the database's name; a parsed URL has a slash before it. */
  gsize length = (gsize) (strrchr (self->url, '/') - self->url);

  return length == (gsize) (strrchr (other->url, '/') - other->url) &&
         strncmp (self->url, other->url, length) == 0;
}
