/* test-http-policy.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "http/tally-http-policy.h"

static const TallyRequest request = {
  .method = "GET", .url = "http://till.example:5984/shop",
};

static void
test_classify (void)
{
  static const struct { guint status; TallyHttpError code; gboolean transient; } table[] = {
    { 302, TALLY_HTTP_ERROR_PROTOCOL, FALSE },
    { 304, TALLY_HTTP_ERROR_PROTOCOL, FALSE },
    { 400, TALLY_HTTP_ERROR_REJECTED, FALSE },
    { 401, TALLY_HTTP_ERROR_AUTH, FALSE },
    { 403, TALLY_HTTP_ERROR_FORBIDDEN, FALSE },
    { 404, TALLY_HTTP_ERROR_NOT_FOUND, FALSE },
    { 408, TALLY_HTTP_ERROR_RETRY_LATER, TRUE },
    { 409, TALLY_HTTP_ERROR_REJECTED, FALSE },
    { 410, TALLY_HTTP_ERROR_NOT_FOUND, FALSE },
    { 412, TALLY_HTTP_ERROR_REJECTED, FALSE },
    { 413, TALLY_HTTP_ERROR_TOO_LARGE, FALSE },
    { 429, TALLY_HTTP_ERROR_RETRY_LATER, TRUE },
    { 500, TALLY_HTTP_ERROR_RETRY_LATER, FALSE },
    { 502, TALLY_HTTP_ERROR_RETRY_LATER, TRUE },
    { 503, TALLY_HTTP_ERROR_RETRY_LATER, TRUE },
    { 504, TALLY_HTTP_ERROR_RETRY_LATER, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      TallyHttpError code = TALLY_HTTP_ERROR_UNREACHABLE;

      g_assert_false (tally_http_policy_classify (table[i].status, &code));
      g_assert_cmpint (code, ==, table[i].code);
      g_assert_cmpint (tally_http_policy_is_transient (table[i].status), ==, table[i].transient);
    }

  for (guint status = 200; status < 300; status++)
    g_assert_true (tally_http_policy_classify (status, NULL));
}

/* Host and status stand in every message, so that it can be acted on. */
static void
test_messages (void)
{
  static const guint statuses[] = { 302, 400, 401, 403, 404, 413, 429, 503 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (TallyResponse) response = tally_response_new (statuses[i], NULL, -1, NULL, 0, 0);
      g_autoptr (GError) error = NULL;
      g_autofree char *number = g_strdup_printf ("%u", statuses[i]);

      g_assert_false (tally_http_policy_check (&request, response, &error));
      g_assert_nonnull (strstr (error->message, "till.example:5984"));
      g_assert_nonnull (strstr (error->message, number));
    }
}

static void
test_content_type (void)
{
  g_autoptr (TallyResponse) json = tally_response_new (200, "application/json", -1, NULL, 0, 0);
  g_autoptr (TallyResponse) text = tally_response_new (200, "text/plain", -1, NULL, 0, 0);
  g_autoptr (TallyResponse) html = tally_response_new (200, "text/html", -1, NULL, 0, 0);
  g_autoptr (TallyResponse) none = tally_response_new (200, NULL, -1, NULL, 0, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_http_policy_check_json (&request, json, NULL));
  g_assert_true (tally_http_policy_check_json (&request, text, NULL));

  g_assert_false (tally_http_policy_check_json (&request, html, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "sign-in"));
  g_clear_error (&error);

  g_assert_false (tally_http_policy_check_json (&request, none, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL);
}

static void
test_host (void)
{
  static const struct { const char *url; const char *host; } table[] = {
    { "http://h/db", "h" },
    { "https://h.example:6984/x", "h.example:6984" },
    { "http://anna:secret@h:1/x", "h:1" },
    { "http://[::1]:5984/x", "[::1]:5984" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *host = tally_http_policy_dup_host (table[i].url);

      g_assert_cmpstr (host, ==, table[i].host);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/policy/classify", test_classify);
  g_test_add_func ("/http/policy/messages", test_messages);
  g_test_add_func ("/http/policy/content-type", test_content_type);
  g_test_add_func ("/http/policy/host", test_host);

  return g_test_run ();
}
