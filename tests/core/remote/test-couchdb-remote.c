/* test-couchdb-remote.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "http/tally-soup-transport.h"
#include "lib/tally-remote-rig.h"

#include <string.h>

#define REV "1-11111111111111111111111111111111"
#define REV2 "2-22222222222222222222222222222222"
#define ID1 "11111111111111111111111111111111"
#define ID2 "22222222222222222222222222222222"
#define INFO "{\"db_name\":\"shop\",\"doc_count\":3,\"update_seq\":\"9-abc\"}"

/* --- probe --- */

static void
test_probe (TallyRemoteRig *rig,
            gconstpointer   data)
{
  g_autoptr (TallyRemoteInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue (rig->server, 200, "text/plain; charset=utf-8", INFO);
  info = tally_remote_probe (rig->remote, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (info->doc_count, ==, 3);
  g_assert_cmpstr (info->update_seq, ==, "\"9-abc\"");
  tally_remote_rig_assert_request (rig, 0, "GET /shop", NULL);
}

static void
assert_probe_fails (TallyRemoteRig *rig,
                    GQuark          domain,
                    int             code,
                    const char     *in_message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRemoteInfo) info = tally_remote_probe (rig->remote, NULL, &error);

  g_assert_null (info);
  g_assert_error (error, domain, code);
  if (strstr (error->message, in_message) == NULL)
    g_error ("no “%s” in: %s", in_message, error->message);
}

static void
test_missing_database (TallyRemoteRig *rig,
                       gconstpointer   data)
{
  tally_script_server_queue_json (rig->server, 404, "{\"error\":\"not_found\"}");
  assert_probe_fails (rig, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING, "“shop”");
}

static void
test_wrong_password (TallyRemoteRig *rig,
                     gconstpointer   data)
{
  tally_script_server_queue_json (rig->server, 401, "{\"error\":\"unauthorized\"}");
  assert_probe_fails (rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_AUTH, "401");
  /* asked once: five wrong tries lock the account */
  tally_remote_rig_assert_hits (rig, 1);
}

static void
test_sign_in_page (TallyRemoteRig *rig,
                   gconstpointer   data)
{
  tally_script_server_queue (rig->server, 200, "text/html", "<html><title>Free WiFi</title>");
  assert_probe_fails (rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL, "sign-in page");
  tally_script_server_queue (rig->server, 302, NULL, "");
  assert_probe_fails (rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL, "302");
}

static void
test_wrong_content_type (TallyRemoteRig *rig,
                         gconstpointer   data)
{
  tally_script_server_queue (rig->server, 200, "image/png", INFO);
  assert_probe_fails (rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL, "image/png");
}

static void
test_truncated (TallyRemoteRig *rig,
                gconstpointer   data)
{
  tally_script_server_queue_json (rig->server, 200, "{\"db_name\":\"shop\",\"doc_c");
  assert_probe_fails (rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL, "damaged or incomplete");
}

/* JSON, but nobody who speaks the protocol. */
static void
test_another_service (TallyRemoteRig *rig,
                      gconstpointer   data)
{
  tally_script_server_queue_json (rig->server, 200, "{\"hello\":\"world\"}");
  assert_probe_fails (rig, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_NOT_A_SERVER, "127.0.0.1");
}

static void
test_server_down (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/shop", port);
  TallyRemoteRig rig;
  TallyRemoteTraffic traffic;
  g_autoptr (TallyTransport) transport = tally_soup_transport_new (NULL);
  g_autoptr (TallyHttpClient) client = NULL;

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  rig.clock = tally_fake_clock_new ();
  rig.rand = g_rand_new_with_seed (1);
  client = tally_http_client_new (transport, TALLY_CLOCK (rig.clock), rig.rand);
  rig.remote = tally_couchdb_remote_new (client, url);

  assert_probe_fails (&rig, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE, "127.0.0.1");
  tally_remote_get_traffic (rig.remote, &traffic);
  g_assert_cmpuint (traffic.n_requests, ==, 3);
  g_assert_cmpuint (traffic.n_retries, ==, 2);

  g_assert_finalize_object (G_OBJECT (rig.remote));
  g_object_unref (rig.clock);
  g_rand_free (rig.rand);
}

/* --- changes --- */

static TallyChangesPage *
list (TallyRemoteRig *rig,
      const char     *since,
      guint           limit,
      gboolean        bodies)
{
  g_autoptr (GError) error = NULL;
  TallyChangesPage *page = tally_remote_list_changes (rig->remote, since, limit, bodies,
                                                      NULL, &error);

  g_assert_no_error (error);

  return page;
}

#define EMPTY "{\"results\":[],\"last_seq\":0}"

/* The sequence goes back as it came: a number bare, a string without its quotes. */
static void
test_since (TallyRemoteRig *rig,
            gconstpointer   data)
{
  static const struct { const char *since; const char *line; } table[] = {
    { NULL, "GET /shop/_changes?style=all_docs&limit=10" },
    { "17", "GET /shop/_changes?style=all_docs&limit=10&since=17" },
    { "\"3-g1A&+\\u00e9 /\"",
      "GET /shop/_changes?style=all_docs&limit=10&since=3-g1A%26%2B%C3%A9%20%2F" },
    { "[3,\"x\"]", "GET /shop/_changes?style=all_docs&limit=10&since=%5B3%2C%22x%22%5D" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (TallyChangesPage) page = NULL;

      tally_script_server_queue_json (rig->server, 200, EMPTY);
      page = list (rig, table[i].since, 10, FALSE);
      tally_remote_rig_assert_request (rig, i, table[i].line, NULL);
    }
}

static void
test_limit (TallyRemoteRig *rig,
            gconstpointer   data)
{
  g_autoptr (TallyChangesPage) zero = NULL;
  g_autoptr (TallyRemoteInfo) info = NULL;
  g_autoptr (TallyChangesPage) spared = NULL;

  tally_script_server_queue_json (rig->server, 200, EMPTY);
  zero = list (rig, NULL, 0, TRUE);
  tally_remote_rig_assert_request (rig, 0, "GET /shop/_changes?style=all_docs&limit=1"
                                   "&include_docs=true", NULL);

  tally_script_server_queue_json (rig->server, 200, "{\"db_name\":\"shop\",\"update_seq\":\"9-abc\","
                                  "\"cluster\":{\"q\":2,\"n\":1,\"w\":1,\"r\":1}}");
  tally_script_server_queue_json (rig->server, 200, EMPTY);
  info = tally_remote_probe (rig->remote, NULL, NULL);
  spared = list (rig, NULL, 50, FALSE);
  tally_remote_rig_assert_request (rig, 2, "GET /shop/_changes?style=all_docs&limit=50"
                                   "&seq_interval=50", NULL);
}

static char *
dup_page (guint n_rows,
          gsize n_bytes)
{
  g_autofree char *filler = g_strnfill (n_bytes, 'x');
  GString *json = g_string_new ("{\"results\":[");

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (json, "%s{\"seq\":%u,\"id\":\"r%u\",\"changes\":[{\"rev\":\"" REV "\"}],"
                            "\"doc\":{\"_id\":\"r%u\",\"_rev\":\"" REV "\",\"x\":\"%s\"}}",
                            i > 0 ? "," : "", i, i, i, filler);
  g_string_append_printf (json, "],\"last_seq\":%u}", n_rows);

  return g_string_free (json, FALSE);
}

/* Over the cap: the page is halved, and grows again when twice as much would fit. */
static void
test_over_the_cap (TallyRemoteRig *rig,
                   gconstpointer   data)
{
  g_autofree char *large = dup_page (8, 1200 * 1000);
  g_autofree char *half = dup_page (4, 1200 * 1000);
  g_autofree char *small = dup_page (4, 10);
  g_autoptr (TallyChangesPage) first = NULL;
  g_autoptr (TallyChangesPage) second = NULL;
  g_autoptr (TallyChangesPage) third = NULL;

  tally_script_server_queue_json (rig->server, 200, large);
  tally_script_server_queue_gzip (rig->server, 200, "application/json", half);
  tally_script_server_queue_json (rig->server, 200, small);
  tally_script_server_queue_json (rig->server, 200, small);

  first = list (rig, NULL, 8, TRUE);
  g_assert_cmpuint (first->changes->len, ==, 4);
  g_assert_true (first->more);
  second = list (rig, "4", 8, TRUE);
  third = list (rig, "8", 8, TRUE);
  g_assert_false (third->more);

  tally_remote_rig_assert_request (rig, 0, "GET /shop/_changes?style=all_docs&limit=8"
                                   "&include_docs=true", NULL);
  tally_remote_rig_assert_request (rig, 1, "GET /shop/_changes?style=all_docs&limit=4"
                                   "&include_docs=true", NULL);
  tally_remote_rig_assert_request (rig, 2, "GET /shop/_changes?style=all_docs&limit=4"
                                   "&include_docs=true&since=4", NULL);
  tally_remote_rig_assert_request (rig, 3, "GET /shop/_changes?style=all_docs&limit=8"
                                   "&include_docs=true&since=8", NULL);
}

/* A document larger than the cap by itself: its row comes without it, and says why. So does one
 * that cannot even be passed over. */
static void
test_single_refused (TallyRemoteRig *rig,
                     gconstpointer   data)
{
  g_autofree char *giant = dup_page (1, 9 * 1000 * 1000);
  g_autofree char *plain = dup_page (1, 0);
  g_autofree char *open = g_strnfill (12000, '[');
  g_autofree char *closed = g_strnfill (12000, ']');
  g_autofree char *deep = g_strdup_printf (
    "{\"results\":[{\"seq\":1,\"id\":\"r0\",\"changes\":[{\"rev\":\"" REV "\"}],\"doc\":"
    "{\"_id\":\"r0\",\"_rev\":\"" REV "\",\"x\":%s%s}}],\"last_seq\":1}", open, closed);
  static const char bare[] = "{\"results\":[{\"seq\":1,\"id\":\"r0\",\"changes\":[{\"rev\":\"" REV
                             "\"}]}],\"last_seq\":1}";
  const char *bad[] = { giant, deep };
  const char *codes[] = { "too-large", "bad-document" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TallyChangesPage) page = NULL;
      TallyChange *change;

      tally_script_server_queue_json (rig->server, 200, bad[i]);
      tally_script_server_queue_json (rig->server, 200, bad[i]);
      tally_script_server_queue_json (rig->server, 200, bare);
      page = list (rig, NULL, 2, TRUE);

      g_assert_cmpuint (page->changes->len, ==, 1);
      change = page->changes->pdata[0];
      g_assert_cmpstr (change->refused->code, ==, codes[i]);
      g_assert_cmpstr (change->leaves[0], ==, REV);
      g_assert_null (change->winner);
      g_assert_true (page->more);
      g_assert_cmpstr (page->since, ==, "1");
    }

  tally_remote_rig_assert_request (rig, 2, "GET /shop/_changes?style=all_docs&limit=1", NULL);
}

static void
test_cut_answers (TallyRemoteRig *rig,
                  gconstpointer   data)
{
  g_autoptr (TallyChangesPage) page = NULL;
  g_autoptr (GError) error = NULL;
  TallyRemoteTraffic traffic;

  /* cut by the network: asked again by itself */
  tally_script_server_queue_fault (rig->server, TALLY_SCRIPT_TRUNCATE, EMPTY);
  tally_script_server_queue_fault (rig->server, TALLY_SCRIPT_RESET, "");
  tally_script_server_queue_json (rig->server, 200, EMPTY);
  page = list (rig, NULL, 10, TRUE);
  g_assert_cmpuint (page->changes->len, ==, 0);
  tally_remote_get_traffic (rig->remote, &traffic);
  g_assert_cmpuint (traffic.n_retries, ==, 2);
  g_assert_cmpuint (traffic.bytes_down, >, 0);

  /* cut by a server that calls it whole */
  tally_script_server_queue_json (rig->server, 200, "{\"results\":[{\"seq\":1,");
  g_assert_null (tally_remote_list_changes (rig->remote, NULL, 10, TRUE, NULL, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_PROTOCOL);
}

/* --- fetch --- */

static void
test_fetch (TallyRemoteRig *rig,
            gconstpointer   data)
{
  static const char answer[] =
    "{\"results\":["
    "{\"id\":\"a/\\n\\u00e9\",\"docs\":[{\"ok\":{\"_id\":\"a/\\n\\u00e9\",\"_rev\":\"" REV2 "\","
    "\"_revisions\":{\"start\":2,\"ids\":[\"" ID2 "\",\"" ID1 "\"]},\"n\":12345678901234567890123}}]},"
    "{\"id\":\"b\",\"docs\":[{\"missing\":\"" REV "\"}]},"
    "{\"id\":\"c\",\"docs\":[{\"error\":{\"id\":\"c\",\"rev\":\"" REV "\",\"error\":\"not_found\","
    "\"reason\":\"missing\"}}]},"
    "{\"id\":\"d\",\"docs\":[{\"ok\":{\"_id\":\"d\",\"_rev\":\"" REV2 "\",\"_deleted\":true,"
    "\"_revisions\":{\"start\":2,\"ids\":[\"" ID2 "\",\"" ID1 "\"]},\"o\":{\"a\":1,\"a\":2}}}]}"
    "]}";
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) fetched = NULL;
  g_autoptr (GError) error = NULL;
  TallyRevision **revisions;

  g_ptr_array_add (wanted, tally_wanted_new ("a/\n\xc3\xa9", REV2));
  g_ptr_array_add (wanted, tally_wanted_new ("b", REV));
  g_ptr_array_add (wanted, tally_wanted_new ("c", REV));
  g_ptr_array_add (wanted, tally_wanted_new ("d", REV2));
  tally_script_server_queue_json (rig->server, 200, answer);
  fetched = tally_remote_fetch (rig->remote, wanted, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (fetched->len, ==, 2);
  revisions = (TallyRevision **) fetched->pdata;
  g_assert_cmpstr (revisions[0]->key, ==, "a/\n\xc3\xa9");
  g_assert_cmpstr (revisions[0]->body, ==, "{\"n\":12345678901234567890123}");
  g_assert_cmpstr (revisions[0]->ancestors[0], ==, REV);
  /* a body that cannot be taken: what stands around it still places it in the tree */
  g_assert_cmpstr (revisions[1]->key, ==, "d");
  g_assert_null (revisions[1]->body);
  g_assert_true (revisions[1]->deleted);
  g_assert_cmpstr (revisions[1]->ancestors[0], ==, REV);

  tally_remote_rig_assert_request (rig, 0, "POST /shop/_bulk_get?revs=true",
                                   "{\"docs\":[{\"id\":\"a/\\n\xc3\xa9\",\"rev\":\"" REV2 "\"}");
}

/* PouchDB Server never answers an empty list: it must not be asked. */
static void
test_fetch_nothing (TallyRemoteRig *rig,
                    gconstpointer   data)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (GPtrArray) fetched = tally_remote_fetch (rig->remote, wanted, NULL, NULL);

  g_assert_cmpuint (fetched->len, ==, 0);
  tally_remote_rig_assert_hits (rig, 0);
}

static char *
dup_bulk_get (const char *id,
              gsize       n_bytes)
{
  g_autofree char *filler = g_strnfill (n_bytes, 'x');

  return g_strdup_printf ("{\"results\":[{\"id\":\"%s\",\"docs\":[{\"ok\":{\"_id\":\"%s\","
                          "\"_rev\":\"" REV "\",\"x\":\"%s\"}}]}]}", id, id, filler);
}

static void
test_fetch_over_the_cap (TallyRemoteRig *rig,
                         gconstpointer   data)
{
  g_autofree char *giant = dup_bulk_get ("a", 9 * 1000 * 1000);
  g_autofree char *small = dup_bulk_get ("b", 1);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) fetched = NULL;
  g_autoptr (GError) error = NULL;
  TallyRevision **revisions;

  g_ptr_array_add (wanted, tally_wanted_new ("a", REV));
  g_ptr_array_add (wanted, tally_wanted_new ("b", REV));
  tally_script_server_queue_json (rig->server, 200, giant);
  tally_script_server_queue_json (rig->server, 200, giant);
  tally_script_server_queue_json (rig->server, 200, small);
  fetched = tally_remote_fetch (rig->remote, wanted, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (fetched->len, ==, 2);
  revisions = (TallyRevision **) fetched->pdata;
  g_assert_cmpstr (revisions[0]->key, ==, "a");
  g_assert_null (revisions[0]->body);
  g_assert_cmpstr (revisions[1]->key, ==, "b");
  g_assert_cmpstr (revisions[1]->body, ==, "{\"x\":\"x\"}");
}

/* --- checkpoint --- */

static void
test_checkpoint_load (TallyRemoteRig *rig,
                      gconstpointer   data)
{
  g_autoptr (TallyRemoteCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  tally_script_server_queue_json (rig->server, 404,
                                  "{\"error\":\"not_found\",\"reason\":\"missing\"}");
  g_assert_true (tally_remote_load_checkpoint (rig->remote, "a b/c", &checkpoint, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (checkpoint);
  tally_remote_rig_assert_request (rig, 0, "GET /shop/_local/a%20b%2Fc", NULL);

  tally_script_server_queue_json (rig->server, 200,
                                  "{\"_id\":\"_local/x\",\"_rev\":\"0-4\",\"session\":12,"
                                  "\"since\":\"7-g1\",\"client\":\"tallystick\"}");
  g_assert_true (tally_remote_load_checkpoint (rig->remote, "x", &checkpoint, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (checkpoint->session, ==, 12);
  g_assert_cmpstr (checkpoint->since, ==, "\"7-g1\"");
  g_assert_cmpstr (checkpoint->rev, ==, "0-4");
  g_clear_pointer (&checkpoint, tally_remote_checkpoint_free);

  /* no database is not the same as no mark in it */
  tally_script_server_queue_json (rig->server, 404,
                                  "{\"error\":\"not_found\","
                                  "\"reason\":\"Database does not exist.\"}");
  g_assert_false (tally_remote_load_checkpoint (rig->remote, "x", &checkpoint, NULL, &error));
  g_assert_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING);
}

/* What became of the numbers that were put into a mark. */
static void
test_checkpoint_kept (TallyRemoteRig *rig,
                      gconstpointer   data)
{
#define WHOLE "9007199254740993,9007199254740995"
#define DECIMAL "0.10000000000000000000001,12.340000000000000000000056"
  static const struct
  {
    const char *numbers;
    TallyBend   kept;
  } marks[] = {
    { "[" WHOLE "," DECIMAL "]", TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL },
    { "[9.007199254740993e15,9007199254740995.0," DECIMAL "]",
      TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL },
    { "[" WHOLE ",0.1,12.34]", TALLY_BEND_WHOLE },
    { "[9007199254740992,9007199254740996,0.1,12.34]", TALLY_BEND_NOTHING },
    /* One that is right by chance is not enough. */
    { "[9007199254740993,9007199254740996," DECIMAL "]", TALLY_BEND_DECIMAL },
    { "[\"9007199254740993\",9007199254740995," DECIMAL "]", TALLY_BEND_DECIMAL },
    { "[" WHOLE "]", TALLY_BEND_NOTHING },
    { "{}", TALLY_BEND_NOTHING },
  };
#undef WHOLE
#undef DECIMAL

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autoptr (TallyRemoteCheckpoint) checkpoint = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *json = g_strdup_printf ("{\"_id\":\"_local/x\",\"_rev\":\"0-4\","
                                               "\"session\":12,\"since\":1,\"numbers\":%s}",
                                               marks[i].numbers);

      tally_script_server_queue_json (rig->server, 200, json);
      g_assert_true (tally_remote_load_checkpoint (rig->remote, "x", &checkpoint, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (checkpoint->kept, ==, marks[i].kept);
    }
}

static void
test_checkpoint_save (TallyRemoteRig *rig,
                      gconstpointer   data)
{
  g_autoptr (TallyRemoteCheckpoint) checkpoint = g_new0 (TallyRemoteCheckpoint, 1);
  g_autoptr (GError) error = NULL;
  gboolean stale;

  checkpoint->session = 3;
  checkpoint->since = g_strdup ("17");
  tally_script_server_queue_json (rig->server, 201, "{\"ok\":true,\"rev\":\"0-1\"}");
  g_assert_true (tally_remote_save_checkpoint (rig->remote, "x", checkpoint, &stale, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (stale);
  g_assert_cmpstr (checkpoint->rev, ==, "0-1");
  tally_remote_rig_assert_request (rig, 0, "PUT /shop/_local/x",
                                   "{\"_id\":\"_local/x\",\"session\":3,\"since\":17,"
                                   "\"client\":\"tallystick\",\"numbers\":[9007199254740993,"
                                   "9007199254740995,0.10000000000000000000001,"
                                   "12.340000000000000000000056]}");

  /* The mark there is another one: nothing is written over it unseen. */
  tally_script_server_queue_json (rig->server, 409, "{\"error\":\"conflict\"}");
  g_assert_true (tally_remote_save_checkpoint (rig->remote, "x", checkpoint, &stale, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (stale);
  g_assert_cmpstr (checkpoint->rev, ==, "0-1");
  tally_remote_rig_assert_request (rig, 1, "PUT /shop/_local/x", "\"_rev\":\"0-1\"");

  /* from the start */
  g_clear_pointer (&checkpoint->since, g_free);
  tally_script_server_queue_json (rig->server, 201, "{\"ok\":true}");
  g_assert_true (tally_remote_save_checkpoint (rig->remote, "x", checkpoint, &stale, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (checkpoint->rev);
  tally_remote_rig_assert_request (rig, 2, "PUT /shop/_local/x", "\"since\":null");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/remote/couchdb-remote/" path, TallyRemoteRig, NULL, tally_remote_rig_set_up, func, \
              tally_remote_rig_tear_down)

  ADD ("probe", test_probe);
  ADD ("missing-database", test_missing_database);
  ADD ("wrong-password", test_wrong_password);
  ADD ("sign-in-page", test_sign_in_page);
  ADD ("wrong-content-type", test_wrong_content_type);
  ADD ("truncated", test_truncated);
  ADD ("another-service", test_another_service);
  g_test_add_func ("/remote/couchdb-remote/server-down", test_server_down);
  ADD ("since", test_since);
  ADD ("limit", test_limit);
  ADD ("over-the-cap", test_over_the_cap);
  ADD ("single-refused", test_single_refused);
  ADD ("cut-answers", test_cut_answers);
  ADD ("fetch", test_fetch);
  ADD ("fetch-nothing", test_fetch_nothing);
  ADD ("fetch-over-the-cap", test_fetch_over_the_cap);
  ADD ("checkpoint-load", test_checkpoint_load);
  ADD ("checkpoint-kept", test_checkpoint_kept);
  ADD ("checkpoint-save", test_checkpoint_save);

  return g_test_run ();
}
