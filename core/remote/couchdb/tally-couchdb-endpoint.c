/* tally-couchdb-endpoint.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-endpoint.h"
#include "http/tally-http-policy.h"
#include "remote/tally-remote.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
tally_couchdb_endpoint_init (TallyCouchdbEndpoint *self,
                             TallyHttpClient      *client,
                             const char           *url)
{
  gsize length = strlen (url);

  while (length > 0 && url[length - 1] == '/')
    length--;

  self->client = g_object_ref (client);
  self->url = g_strndup (url, length);
  self->host = tally_http_policy_dup_host (url);
}

void
tally_couchdb_endpoint_clear (TallyCouchdbEndpoint *self)
{
  g_clear_object (&self->client);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->host, g_free);
}

/* Interned: "database", "document", or the handler's name. */
static const char *
name_endpoint (const char *path)
{
  const char *begin = *path == '/' ? path + 1 : path;
  gsize length = strcspn (begin, "/?");
  g_autofree char *handler = g_strndup (begin, length);

  if (length == 0)
    return "database";

  return *begin == '_' ? g_intern_string (handler) : "document";
}

TallyResponse *
tally_couchdb_endpoint_send (TallyCouchdbEndpoint  *self,
                             const char            *method,
                             const char            *path,
                             const char            *json,
                             GCancellable          *cancellable,
                             GError               **error)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  g_autoptr (GBytes) body = json != NULL ? g_bytes_new (json, strlen (json)) : NULL;
  TallyRequest request = {
    .method = method,
    .url = url,
    .body = body,
    .content_type = "application/json",
    .max_bytes = TALLY_COUCHDB_ANSWER_MAX,
    .endpoint = name_endpoint (path),
  };

  return tally_http_client_send (self->client, &request, TALLY_HTTP_REPEAT_SAFE,
                                 cancellable, error);
}

gboolean
tally_couchdb_endpoint_check (TallyCouchdbEndpoint  *self,
                              TallyResponse         *response,
                              GError               **error)
{
  TallyRequest request = { .method = "GET", .url = self->url };

  /* Whatever is asked, it lies in the database: what cannot be found is the database. */
  if (response->status == 404)
    {
      const char *slash = strrchr (self->url, '/');
      g_autofree char *name = g_uri_unescape_string (slash != NULL ? slash + 1 : "", NULL);

      g_set_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING,
                   _("There is no database “%s” on %s (status 404). Create it on the server, or "
                     "check its name."), name != NULL ? name : "", self->host);
      return FALSE;
    }

  return tally_http_policy_check (&request, response, error) &&
         tally_http_policy_check_json (&request, response, error);
}

TallyResponse *
tally_couchdb_endpoint_ask (TallyCouchdbEndpoint  *self,
                            const char            *method,
                            const char            *path,
                            const char            *json,
                            GCancellable          *cancellable,
                            GError               **error)
{
  g_autoptr (TallyResponse) response = NULL;

  response = tally_couchdb_endpoint_send (self, method, path, json, cancellable, error);
  if (response == NULL || !tally_couchdb_endpoint_check (self, response, error))
    return NULL;

  return g_steal_pointer (&response);
}

const char *
tally_couchdb_endpoint_text (TallyResponse *response,
                             gsize         *length)
{
  const char *text = g_bytes_get_data (response->body, length);

  return text != NULL ? text : "";
}

void
tally_couchdb_endpoint_set_protocol (TallyCouchdbEndpoint  *self,
                                     const char            *cause,
                                     GError               **error)
{
  g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL,
               _("The answer of %s is damaged or incomplete (%s). It will be asked again; if this "
                 "stays, look at what stands between here and the server."), self->host, cause);
}

GArray *
tally_couchdb_endpoint_members (TallyCouchdbEndpoint  *self,
                                TallyResponse         *response,
                                GError               **error)
{
  g_autoptr (GError) cause = NULL;
  gsize length;
  const char *text = tally_couchdb_endpoint_text (response, &length);
  GArray *members = tally_json_text_members (text, (gssize) length, &cause);

  if (members == NULL)
    tally_couchdb_endpoint_set_protocol (self, cause->message, error);

  return members;
}
