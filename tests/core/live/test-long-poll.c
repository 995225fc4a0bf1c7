/* test-long-poll.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "live/tally-long-poll.h"

#include <libsoup/soup.h>

/* What the server does with the next request, one letter each; the last one repeats:
 * p: a change at once  t: time over, nothing moved  h: heartbeats, then a change
 * s: headers, then silence  a: 401  e: 500  x: not JSON */
typedef struct
{
  SoupServer    *server;      /* owned */
  TallyLongPoll *poll;        /* owned */
  GMainLoop     *loop;        /* owned */
  char          *url;         /* owned */
  const char    *script;
  guint          n_requests;
  guint          n_pokes;
  guint          beats;
  char          *since;       /* owned: what the last request asked for */
  char          *user;        /* owned, nullable */
  SoupServerMessage *message; /* owned, nullable: paused */
} Fixture;

#define CHANGE "{\"results\":[\n{\"seq\":7,\"id\":\"a\",\"changes\":[]}\n],\"last_seq\":7}\n"
#define NOTHING "{\"results\":[\n],\"last_seq\":\"5-x\"}\n"

static gboolean
beat_cb (gpointer data)
{
  Fixture *fixture = data;
  SoupMessageBody *body = soup_server_message_get_response_body (fixture->message);

  if (--fixture->beats > 0)
    soup_message_body_append (body, SOUP_MEMORY_STATIC, "\n", 1);
  else
    {
      soup_message_body_append (body, SOUP_MEMORY_STATIC, CHANGE, strlen (CHANGE));
      soup_message_body_complete (body);
    }
  soup_server_message_unpause (fixture->message);
  if (fixture->beats > 0)
    return G_SOURCE_CONTINUE;

  g_clear_object (&fixture->message);

  return G_SOURCE_REMOVE;
}

static void
answer (SoupServerMessage *message,
        const char        *text)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text,
                                    strlen (text));
}

static void
start_stream (Fixture           *fixture,
              SoupServerMessage *message)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_CHUNKED);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            "\n", 1);
  g_set_object (&fixture->message, message);
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  Fixture *fixture = user_data;
  char step = *fixture->script;

  if (fixture->script[1] != '\0')
    fixture->script++;
  fixture->n_requests++;
  g_free (fixture->since);
  fixture->since = g_strdup (g_hash_table_lookup (query, "since"));
  g_assert_cmpstr (g_hash_table_lookup (query, "feed"), ==, "longpoll");
  g_assert_cmpstr (path, ==, "/shop/_changes");

  switch (step)
    {
    case 'p':
      answer (message, CHANGE);
      break;
    case 't':
      answer (message, NOTHING);
      break;
    case 'x':
      answer (message, "<html>");
      break;
    case 'a':
      soup_server_message_set_status (message, 401, NULL);
      g_main_loop_quit (fixture->loop);
      break;
    case 'e':
      soup_server_message_set_status (message, 500, NULL);
      break;
    case 'h':
      start_stream (fixture, message);
      fixture->beats = 4;
      g_timeout_add (20, beat_cb, fixture);
      break;
    case 's':
      start_stream (fixture, message);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
poked_cb (Fixture *fixture)
{
  fixture->n_pokes++;
  g_main_loop_quit (fixture->loop);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  script)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  fixture->script = script;
  fixture->loop = g_main_loop_new (NULL, FALSE);
  fixture->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->server, NULL, request_cb, fixture, NULL);
  soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->server);
  fixture->url = g_strdup_printf ("http://127.0.0.1:%d/shop", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  fixture->poll = tally_long_poll_new (rand);
  g_signal_connect_swapped (fixture->poll, "poked", G_CALLBACK (poked_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  script)
{
  tally_long_poll_stop (fixture->poll);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->poll);
  g_clear_object (&fixture->message);
  soup_server_disconnect (fixture->server);
  g_clear_object (&fixture->server);
  g_clear_pointer (&fixture->loop, g_main_loop_unref);
  g_clear_pointer (&fixture->url, g_free);
  g_clear_pointer (&fixture->since, g_free);
}

static void
test_poke (Fixture       *fixture,
           gconstpointer  script)
{
  tally_long_poll_listen (fixture->poll, fixture->url, NULL, "\"3-a/b\"");
  g_main_loop_run (fixture->loop);

  g_assert_cmpstr (fixture->since, ==, "3-a/b");
  g_assert_cmpuint (fixture->n_pokes, ==, 1);
  g_assert_cmpuint (fixture->n_requests, ==, strlen (script));

  /* Silent until it is told where to listen from. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->n_requests, ==, strlen (script));
  tally_long_poll_listen (fixture->poll, fixture->url, NULL, "12");
  g_main_loop_run (fixture->loop);
  g_assert_cmpstr (fixture->since, ==, "12");
  g_assert_cmpuint (fixture->n_pokes, ==, 2);
}

static void
test_auth (Fixture       *fixture,
           gconstpointer  script)
{
  g_autoptr (TallyCredentials) credentials = tally_credentials_new ("ann", "wrong");

  tally_long_poll_listen (fixture->poll, fixture->url, credentials, NULL);
  g_main_loop_run (fixture->loop);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_cmpstr (fixture->since, ==, "0");
  g_assert_cmpuint (fixture->n_requests, ==, 1);
  g_assert_false (tally_long_poll_is_healthy (fixture->poll));
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_watchdog (Fixture       *fixture,
               gconstpointer  script)
{
  guint n_changes = 0;

  g_signal_connect_swapped (fixture->poll, "notify::healthy", G_CALLBACK (count_cb), &n_changes);
  tally_long_poll_set_heartbeat (fixture->poll, 20);
  tally_long_poll_listen (fixture->poll, fixture->url, NULL, NULL);
  g_main_loop_run (fixture->loop);

  /* Heard, given up, heard again and poked. */
  g_assert_cmpuint (fixture->n_requests, ==, 2);
  g_assert_cmpuint (n_changes, ==, 3);
  g_signal_handlers_disconnect_by_data (fixture->poll, &n_changes);
}

static void
test_gone (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (TallyLongPoll) poll = tally_long_poll_new (rand);

  /* No server there: it waits, and can be stopped at any time. */
  tally_long_poll_listen (poll, "http://127.0.0.1:1/shop", NULL, NULL);
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (NULL, TRUE);
  tally_long_poll_stop (poll);
  g_assert_false (tally_long_poll_is_healthy (poll));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/live/long-poll/poke", Fixture, "p", set_up, test_poke, tear_down);
  g_test_add ("/live/long-poll/heartbeats", Fixture, "h", set_up, test_poke, tear_down);
  g_test_add ("/live/long-poll/time-over", Fixture, "ttp", set_up, test_poke, tear_down);
  g_test_add ("/live/long-poll/recovers", Fixture, "exp", set_up, test_poke, tear_down);
  g_test_add ("/live/long-poll/auth", Fixture, "a", set_up, test_auth, tear_down);
  g_test_add ("/live/long-poll/watchdog", Fixture, "sp", set_up, test_watchdog, tear_down);
  g_test_add_func ("/live/long-poll/gone", test_gone);

  return g_test_run ();
}
