/* tally-http-policy.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "config.h"

#include "http/tally-http-policy.h"

#include "base/tally-planted.h"

#include <glib/gi18n-lib.h>

/**
 * tally_http_policy_classify:
 * @status: an HTTP status
 * @code: (out): what the caller should do, set with %FALSE
 *
 * Statuses are grouped by the caller's next step, not by who is to blame (RFC 9110, section 15;
 * 429 from RFC 6585). A redirection is not followed: the address would get our password.
 *
 * Returns: %TRUE when the request succeeded
 */
gboolean
tally_http_policy_classify (guint           status,
                            TallyHttpError *code)
{
  if (status >= 200 && status < 300)
    return TRUE;

  switch (status)
    {
    case 401:
      *code = TALLY_HTTP_ERROR_AUTH;
      break;
    case 403:
      *code = TALLY_HTTP_ERROR_FORBIDDEN;
      break;
    case 404:
    case 410:
      *code = TALLY_HTTP_ERROR_NOT_FOUND;
      break;
    case 408:
    case 429:
      *code = TALLY_HTTP_ERROR_RETRY_LATER;
      break;
    case 413:
      *code = TALLY_HTTP_ERROR_TOO_LARGE;
      break;
    default:
      if (status >= 500)
        *code = TALLY_HTTP_ERROR_RETRY_LATER;
      else if (status >= 400)
        *code = TALLY_HTTP_ERROR_REJECTED;
      else
        *code = TALLY_HTTP_ERROR_PROTOCOL;
    }

  return FALSE;
}

/**
 * tally_http_policy_is_transient:
 * @status: an HTTP status
 *
 * Returns: %TRUE when waiting a little and sending the same again may help
 */
gboolean
tally_http_policy_is_transient (guint status)
{
  return status == 408 || status == 429 || status == 502 || status == 503 || status == 504 ||
         (status == 401 && TALLY_IS_PLANTED (LOGIN_AGAIN));
}

/**
 * tally_http_policy_dup_host:
 * @url: an absolute URL
 *
 * Returns: (transfer full): its host, and its port where one is named; never its user or path
 */
char *
tally_http_policy_dup_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || *host == '\0')
    return g_strdup (_("the server"));
  if (g_uri_get_port (uri) == -1)
    return g_strdup (host);

  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%d" : "%s:%d", host,
                          g_uri_get_port (uri));
}

/* The sentence for a refusal: host and status are in each, and what to do about it. */
static char *
dup_status_message (TallyHttpError  code,
                    const char     *host,
                    guint           status)
{
  switch (code)
    {
    case TALLY_HTTP_ERROR_FORBIDDEN:
      return g_strdup_printf (_("%s does not allow this user to do that (status %u). Check the "
                                "user's permissions on the server."), host, status);

    case TALLY_HTTP_ERROR_AUTH:
      return g_strdup_printf (_("%s does not accept the user name or password (status %u). "
                                "Enter them again."), host, status);

    case TALLY_HTTP_ERROR_NOT_FOUND:
      return g_strdup_printf (_("%s has nothing at this address (status %u). Check the address "
                                "and the database's name."), host, status);

    case TALLY_HTTP_ERROR_RETRY_LATER:
      return g_strdup_printf (_("%s cannot answer at the moment (status %u). It will be tried "
                                "again later."), host, status);

    case TALLY_HTTP_ERROR_TOO_LARGE:
      return g_strdup_printf (_("%s does not take this much at once (status %u). Less has to be "
                                "sent."), host, status);

    case TALLY_HTTP_ERROR_PROTOCOL:
      return g_strdup_printf (_("%s sends us elsewhere (status %u). Perhaps this network wants a "
                                "sign-in first, or the server's address has changed."),
                              host, status);

    case TALLY_HTTP_ERROR_UNREACHABLE:
    case TALLY_HTTP_ERROR_UNKNOWN_OUTCOME:
    case TALLY_HTTP_ERROR_REJECTED:
    default:
      return g_strdup_printf (_("%s refuses this request (status %u). The server's log says "
                                "more."), host, status);
    }
}

/**
 * tally_http_policy_check:
 * @request: what was asked
 * @response: what came
 * @error: the code of tally_http_policy_classify()
 *
 * Returns: %TRUE when the request succeeded
 */
gboolean
tally_http_policy_check (const TallyRequest   *request,
                         const TallyResponse  *response,
                         GError              **error)
{
  g_autofree char *host = NULL;
  g_autofree char *message = NULL;
  TallyHttpError code;

  if (tally_http_policy_classify (response->status, &code))
    return TRUE;

  host = tally_http_policy_dup_host (request->url);
  message = dup_status_message (code, host, response->status);
  g_set_error_literal (error, TALLY_HTTP_ERROR, code, message);

  return FALSE;
}

/**
 * tally_http_policy_check_json:
 * @request: what was asked
 * @response: what came
 * @error: %TALLY_HTTP_ERROR_PROTOCOL
 *
 * A page for people where JSON should be is nearly always the sign-in page of a hotel's or
 * shop's network: it must never be taken for an answer.
 *
 * Returns: %TRUE when the label says JSON
 */
gboolean
tally_http_policy_check_json (const TallyRequest   *request,
                              const TallyResponse  *response,
                              GError              **error)
{
  const char *type = response->content_type;
  g_autofree char *host = NULL;

  if (g_str_equal (type, "application/json") || g_str_equal (type, "text/plain"))
    return TRUE;

  host = tally_http_policy_dup_host (request->url);

  if (g_str_equal (type, "text/html") || g_str_equal (type, "application/xhtml+xml"))
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL,
                 _("%s answers with a web page, not with data (status %u): perhaps a sign-in page "
                   "of the network. Open a web browser to sign in, or check the address."),
                 host, response->status);
  else
    g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL,
                 _("%s does not answer with JSON but with “%s” (status %u). Check the address."),
                 host, *type != '\0' ? type : _("content of no stated kind"), response->status);

  return FALSE;
}
