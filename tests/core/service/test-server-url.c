/* test-server-url.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "client/tally-client-error.h"
#include "service/tally-server-url.h"

static void
check (const char *text,
       const char *url,
       const char *user,
       const char *password,
       const char *database,
       gboolean    loopback)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyServerUrl) server = tally_server_url_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (server->url, ==, url);
  g_assert_cmpstr (server->user, ==, user);
  g_assert_cmpstr (server->password, ==, password);
  g_assert_cmpstr (server->database, ==, database);
  g_assert_cmpint (server->loopback, ==, loopback);
}

static void
test_good (void)
{
  check ("http://127.0.0.1:5985/shop", "http://127.0.0.1:5985/shop", NULL, NULL, "shop", TRUE);
  check ("https://ann:p%40ss@couch.example/a/shop/", "https://couch.example/a/shop", "ann", "p@ss",
         "shop", FALSE);
  check ("HTTP://localhost/x?q=1#f", "http://localhost/x", NULL, NULL, "x", TRUE);
  check ("http://[::1]:5984/a%2Fb", "http://[::1]:5984/a%2Fb", NULL, NULL, "a/b", TRUE);
  check ("http://bob@10.0.0.1/db", "http://10.0.0.1/db", "bob", NULL, "db", FALSE);
}

static void
test_bad (void)
{
  static const char * const texts[] = {
    "", "shop", "ftp://host/db", "http:///db", "http://host", "http://host/", "http://u:secret@/x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tally_server_url_parse (texts[i], &error));
      g_assert_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT);
      g_assert_null (strstr (error->message, "secret"));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/service/server-url/good", test_good);
  g_test_add_func ("/service/server-url/bad", test_bad);

  return g_test_run ();
}
