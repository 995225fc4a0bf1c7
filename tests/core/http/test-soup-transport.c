/* test-soup-transport.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "http/tally-soup-transport.h"
#include "lib/tally-script-server.h"

typedef struct
{
  TallyScriptServer *server;
  TallyTransport    *transport;
  char              *url;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->server = tally_script_server_new ();
  fixture->transport = tally_soup_transport_new (NULL);
  fixture->url = tally_script_server_dup_url (fixture->server, "/db");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (G_OBJECT (fixture->transport));
  tally_script_server_free (fixture->server);
  g_free (fixture->url);
}

static TallyResponse *
send (Fixture      *fixture,
      const char   *method,
      const char   *body,
      gsize         max_bytes,
      guint         timeout_ms,
      GError      **error)
{
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  TallyRequest request = {
    .method = method, .url = fixture->url, .body = bytes, .content_type = "application/json",
    .max_bytes = max_bytes, .timeout_ms = timeout_ms,
  };

  return tally_transport_send (fixture->transport, &request, NULL, error);
}

static void
assert_body (TallyResponse *response,
             const char    *expected)
{
  g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body),
                   expected, strlen (expected));
}

static void
test_exchange (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_autofree char *body = NULL;
  g_autofree char *accept = NULL;
  g_autofree char *authorization = NULL;

  tally_script_server_queue (fixture->server, 201, "Application/JSON; charset=utf-8",
                             "{\"ok\":true}");
  tally_script_server_add_header (fixture->server, "Retry-After", "7");
  response = send (fixture, "POST", "{\"a\":1}", 1000, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 201);
  g_assert_cmpstr (response->content_type, ==, "application/json");
  g_assert_cmpint (response->retry_after_ms, ==, 7000);
  assert_body (response, "{\"ok\":true}");
  g_assert_cmpuint (response->bytes_up, >, 7 + 50);
  g_assert_cmpuint (response->bytes_down, >, 11 + 50);

  line = tally_script_server_dup_request (fixture->server, 0);
  body = tally_script_server_dup_body (fixture->server, 0);
  accept = tally_script_server_dup_header (fixture->server, 0, "Accept");
  authorization = tally_script_server_dup_header (fixture->server, 0, "Authorization");
  g_assert_cmpstr (line, ==, "POST /db");
  g_assert_cmpstr (body, ==, "{\"a\":1}");
  g_assert_cmpstr (accept, ==, "application/json");
  g_assert_null (authorization);
}

/* The password goes with the very first request, and a refusal is not answered with a second. */
static void
test_basic_auth (void)
{
  g_autoptr (TallyScriptServer) server = tally_script_server_new ();
  g_autoptr (TallyCredentials) credentials = tally_credentials_new ("ännå", "p:ss");
  g_autoptr (TallyTransport) transport = tally_soup_transport_new (credentials);
  g_autofree char *url = tally_script_server_dup_url (server, "/db");
  TallyRequest request = { .method = "GET", .url = url, .max_bytes = 1000 };
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *header = NULL;
  g_autofree char *expected = g_base64_encode ((const guchar *) "ännå:p:ss", strlen ("ännå:p:ss"));
  g_autofree char *value = g_strconcat ("Basic ", expected, NULL);

  tally_script_server_queue_json (server, 401, "{\"error\":\"unauthorized\"}");
  tally_script_server_add_header (server, "WWW-Authenticate", "Basic realm=\"x\"");
  response = tally_transport_send (transport, &request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 401);
  g_assert_cmpuint (tally_script_server_get_n_hits (server), ==, 1);
  header = tally_script_server_dup_header (server, 0, "Authorization");
  g_assert_cmpstr (header, ==, value);
}

/* A redirection would carry the password to wherever it points. */
static void
test_no_redirect (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue (fixture->server, 302, NULL, "");
  tally_script_server_add_header (fixture->server, "Location", "/elsewhere");
  response = send (fixture, "GET", NULL, 1000, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 302);
  g_assert_cmpuint (tally_script_server_get_n_hits (fixture->server), ==, 1);
}

static void
test_gzip (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_gzip (fixture->server, 200, "application/json", text);
  tally_script_server_queue_gzip (fixture->server, 200, "application/json", text);
  response = send (fixture, "GET", NULL, 100000, 0, &error);

  g_assert_no_error (error);
  assert_body (response, text);
  g_assert_cmpuint (response->bytes_down, <, 2000);

  /* the cap is on what it unpacks to, not on what was sent */
  g_assert_null (send (fixture, "GET", NULL, 99999, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_TOO_LARGE);
}

static void
test_too_large (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *text = g_strnfill (20 * 1000 * 1000, 'x');
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_json (fixture->server, 200, text);
  tally_script_server_queue_json (fixture->server, 200, "{}");

  g_assert_null (send (fixture, "GET", NULL, 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_TOO_LARGE);
  g_clear_error (&error);

  response = send (fixture, "GET", NULL, 1000, 0, &error);
  g_assert_no_error (error);
  assert_body (response, "{}");
}

static void
test_unreachable (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  /* a port that was free a moment ago, and that nobody listens on now */
  g_assert_no_error (error);
  g_socket_listener_close (listener);
  g_clear_pointer (&fixture->url, g_free);
  fixture->url = g_strdup_printf ("http://127.0.0.1:%u/db", port);

  g_assert_null (send (fixture, "POST", "{}", 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "127.0.0.1"));
}

static void
test_bad_address (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->url, g_free);
  fixture->url = g_strdup ("no address");

  g_assert_null (send (fixture, "GET", NULL, 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL);
}

static void
test_answer_lost (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_RESET, "");
  g_assert_null (send (fixture, "POST", "{}", 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME);
  g_assert_cmpuint (tally_script_server_get_n_hits (fixture->server), ==, 1);
  g_clear_error (&error);

  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_TRUNCATE, "{\"a\":[1,2,3]}");
  g_assert_null (send (fixture, "POST", "{}", 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME);
  g_clear_error (&error);
}

/* The deadline ends an exchange with a silent server. On a slow machine it may strike before
 * anything was sent: then it must say so, and nothing may have arrived. */
static void
test_deadline (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_STALL, "");
  g_assert_null (send (fixture, "POST", "{}", 1000, 100, &error));

  if (tally_script_server_get_n_hits (fixture->server) > 0)
    g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME);
  else
    g_assert_true (g_error_matches (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE) ||
                   g_error_matches (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME));
}

static void
test_noise (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_NOISE, "");
  g_assert_null (send (fixture, "POST", "{}", 1000, 0, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL);
}

/* A kept-alive connection that dies under a PUT: libsoup sends it again by itself, and the body
 * has to go with it. A POST is not sent again behind our back. */
static void
test_restart (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (TallyResponse) first = NULL;
  g_autoptr (TallyResponse) second = NULL;
  g_autoptr (TallyResponse) third = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;

  tally_script_server_queue_json (fixture->server, 200, "{}");
  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_RESET, "");
  tally_script_server_queue_json (fixture->server, 201, "{}");
  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_RESET, "");

  first = send (fixture, "GET", NULL, 1000, 0, &error);
  g_assert_no_error (error);

  second = send (fixture, "PUT", "{\"whole\":true}", 1000, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (second->status, ==, 201);
  g_assert_cmpuint (tally_script_server_get_n_hits (fixture->server), ==, 3);
  again = tally_script_server_dup_body (fixture->server, 2);
  g_assert_cmpstr (again, ==, "{\"whole\":true}");

  third = send (fixture, "POST", "{}", 1000, 0, &error);
  g_assert_null (third);
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME);
  g_assert_cmpuint (tally_script_server_get_n_hits (fixture->server), ==, 4);
}

static gpointer
cancel_when_hit (gpointer data)
{
  Fixture *fixture = ((gpointer *) data)[0];

  while (tally_script_server_get_n_hits (fixture->server) == 0)
    g_thread_yield ();
  g_cancellable_cancel (((gpointer *) data)[1]);

  return NULL;
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer arguments[] = { fixture, cancellable };
  TallyRequest request = { .method = "GET", .url = fixture->url, .max_bytes = 1000 };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  tally_script_server_queue_fault (fixture->server, TALLY_SCRIPT_STALL, "");
  thread = g_thread_new ("canceller", cancel_when_hit, arguments);
  g_assert_null (tally_transport_send (fixture->transport, &request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);

  g_assert_null (tally_transport_send (fixture->transport, &request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (tally_script_server_get_n_hits (fixture->server), ==, 1);
}

/* A date is measured against the answer's own Date, whatever our clock says. */
static void
test_retry_after_date (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_json (fixture->server, 503, "{}");
  tally_script_server_add_header (fixture->server, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT");
  response = send (fixture, "GET", NULL, 1000, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (response->retry_after_ms, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/http/soup-transport/" path, Fixture, NULL, set_up, func, tear_down)

  ADD ("exchange", test_exchange);
  g_test_add_func ("/http/soup-transport/basic-auth", test_basic_auth);
  ADD ("no-redirect", test_no_redirect);
  ADD ("gzip", test_gzip);
  ADD ("too-large", test_too_large);
  ADD ("unreachable", test_unreachable);
  ADD ("bad-address", test_bad_address);
  ADD ("answer-lost", test_answer_lost);
  ADD ("deadline", test_deadline);
  ADD ("noise", test_noise);
  ADD ("restart", test_restart);
  ADD ("cancel", test_cancel);
  ADD ("retry-after-date", test_retry_after_date);

  return g_test_run ();
}
