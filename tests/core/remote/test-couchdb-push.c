/* test-couchdb-push.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "lib/tally-remote-rig.h"

#include <string.h>

#define STUBS "{\"a\":{\"digest\":\"md5-x==\",\"length\":3,\"revpos\":1,\"stub\":true}}"

/* Revisions "a", "b", … as many as there are letters; an upper-case one has attachments. */
static GPtrArray *
new_revisions (const char *letters)
{
  GPtrArray *revisions = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  for (const char *at = letters; *at != '\0'; at++)
    {
      const char key[] = { *at, '\0' };
      g_autofree char *body = g_strdup_printf ("{\"n\":12345678901234567890123,\"k\":\"%s\"}", key);

      g_ptr_array_add (revisions,
                       tally_revision_new_child (NULL, key, FALSE, body,
                                                 g_ascii_isupper (*at) ? STUBS : NULL));
    }

  return revisions;
}

/* The answer of _revs_diff that lacks these. */
static void
queue_missing (TallyRemoteRig *rig,
               GPtrArray      *revisions,
               const char     *letters)
{
  g_autoptr (GString) json = g_string_new ("{");

  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];

      if (strstr (letters, revision->key) == NULL)
        continue;
      g_string_append_printf (json, "%s\"%s\":{\"missing\":[\"%s\"]}", json->len > 1 ? "," : "",
                              revision->key, revision->rev);
    }
  g_string_append_c (json, '}');
  tally_script_server_queue_json (rig->server, 200, json->str);
}

/* One letter for each outcome, in the order of the keys: s, r or u. */
static char *
dup_statuses (GPtrArray *outcomes,
              GPtrArray *revisions)
{
  GString *statuses = g_string_new (NULL);

  g_assert_cmpuint (outcomes->len, ==, revisions->len);
  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      guint n = 0;

      for (guint j = 0; j < outcomes->len; j++)
        {
          TallyPushOutcome *outcome = outcomes->pdata[j];

          if (!g_str_equal (outcome->key, revision->key) || !g_str_equal (outcome->rev, revision->rev))
            continue;
          g_string_append_c (statuses, "sru"[outcome->status]);
          g_assert_cmpint (outcome->reason != NULL, ==, outcome->status != TALLY_PUSH_STORED);
          n++;
        }
      g_assert_cmpuint (n, ==, 1);
    }

  return g_string_free (statuses, FALSE);
}

static void
assert_push (TallyRemoteRig *rig,
             GPtrArray      *revisions,
             const char     *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes = tally_remote_push (rig->remote, revisions, NULL, &error);
  g_autofree char *statuses = NULL;

  g_assert_no_error (error);
  statuses = dup_statuses (outcomes, revisions);
  g_assert_cmpstr (statuses, ==, expected);
}

static void
assert_push_fails (TallyRemoteRig *rig,
                   GPtrArray      *revisions,
                   GQuark          domain,
                   int             code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tally_remote_push (rig->remote, revisions, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
test_stored (TallyRemoteRig *rig,
             gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("abc");
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  assert_push (rig, none, "");
  tally_remote_rig_assert_hits (rig, 0);

  /* "b" is there already: it is stored without being sent */
  queue_missing (rig, revisions, "ac");
  tally_script_server_queue_json (rig->server, 201, "[]");
  assert_push (rig, revisions, "sss");

  tally_remote_rig_assert_hits (rig, 2);
  tally_remote_rig_assert_request (rig, 0, "POST /shop/_revs_diff", "{\"a\":[\"1-");
  tally_remote_rig_assert_request (rig, 1, "POST /shop/_bulk_docs",
                                   "{\"new_edits\":false,\"docs\":[{\"_id\":\"a\",\"_rev\":\"1-");
  tally_remote_rig_assert_request (rig, 1, "POST /shop/_bulk_docs",
                                   "\"n\":12345678901234567890123,\"k\":\"c\"}]}");

  queue_missing (rig, revisions, "");
  assert_push (rig, revisions, "sss");
  tally_remote_rig_assert_hits (rig, 3);
}

/* Rows are matched by id and rev: PouchDB Server lists failures first, and without rev. */
static void
test_rows (TallyRemoteRig *rig,
           gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("abcd");
  TallyRevision **list = (TallyRevision **) revisions->pdata;
  g_autofree char *json = g_strdup_printf (
    "[{\"id\":\"d\",\"rev\":\"%s\",\"error\":\"forbidden\",\"reason\":\"no vat\"},"
    "{\"status\":401,\"name\":\"unauthorized\",\"error\":true,\"message\":\"no\",\"id\":\"b\"},"
    "{\"ok\":true,\"id\":\"a\",\"rev\":\"x\"},"
    "{\"id\":\"c\",\"rev\":\"%s\",\"error\":\"timeout\"}]", list[3]->rev, list[2]->rev);
  g_autoptr (GPtrArray) outcomes = NULL;

  queue_missing (rig, revisions, "abcd");
  tally_script_server_queue_json (rig->server, 201, json);
  assert_push (rig, revisions, "srur");

  queue_missing (rig, revisions, "abcd");
  tally_script_server_queue_json (rig->server, 201, json);
  outcomes = tally_remote_push (rig->remote, revisions, NULL, NULL);
  for (guint i = 0; i < outcomes->len; i++)
    {
      TallyPushOutcome *outcome = outcomes->pdata[i];

      if (!g_str_equal (outcome->key, "d"))
        continue;
      g_assert_cmpstr (outcome->reason->code, ==, "refused");
      g_assert_cmpstr (tally_reason_get (outcome->reason, "detail"), ==, "forbidden: no vat");
    }
}

/* One document spoils the batch: the halves are sent apart until it stands alone. */
static void
test_bisect (TallyRemoteRig *rig,
             gconstpointer   data)
{
  static const guint statuses[] = { 400, 412, 413, 500 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (GPtrArray) revisions = new_revisions ("abcd");
      const char *refusal = "{\"error\":\"bad_request\",\"reason\":\"it is\"}";

      queue_missing (rig, revisions, "abcd");
      tally_script_server_queue_json (rig->server, statuses[i], refusal);   /* abcd */
      tally_script_server_queue_json (rig->server, 201, "[]");              /* ab */
      tally_script_server_queue_json (rig->server, statuses[i], refusal);   /* cd */
      tally_script_server_queue_json (rig->server, statuses[i], refusal);   /* c */
      tally_script_server_queue_json (rig->server, 201, "[]");              /* d */
      assert_push (rig, revisions, "ssrs");
      tally_remote_rig_assert_hits (rig, 6 * (i + 1));
    }
}

/* 500 to everything is the server's illness: nobody's document is to blame for it. */
static void
test_ill_server (TallyRemoteRig *rig,
                 gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("abcdefgh");
  g_autoptr (GPtrArray) one = new_revisions ("x");
  const char *ill = "{\"error\":\"internal_server_error\",\"reason\":\"No DB shards\"}";
  const char *choke = "{\"error\":\"function_clause\",\"reason\":null}";

  queue_missing (rig, revisions, "abcdefgh");
  for (guint i = 0; i < 7; i++)
    tally_script_server_queue_json (rig->server, 500, ill);
  assert_push_fails (rig, revisions, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_RETRY_LATER);
  /* 8, 4, 2, a, b, 2, c: and no further */
  tally_remote_rig_assert_hits (rig, 1 + 7);

  /* alone, and the server fell over its content: it will again */
  queue_missing (rig, one, "x");
  tally_script_server_queue_json (rig->server, 500, choke);
  assert_push (rig, one, "r");

  queue_missing (rig, one, "x");
  tally_script_server_queue_json (rig->server, 500, ill);
  assert_push (rig, one, "u");
}

static void
test_attachments (TallyRemoteRig *rig,
                  gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("aBcABCDEFGHI");

  g_ptr_array_remove_index (revisions, 4);   /* the second B */
  queue_missing (rig, revisions, "aBcACDEFGHI");
  tally_script_server_queue_json (rig->server, 201, "[]");
  tally_script_server_queue_json (rig->server, 201, "[]");
  tally_script_server_queue_json (rig->server, 201, "[]");
  assert_push (rig, revisions, "sssssssssss");

  /* those without, then eight, then the ninth; stubs as they came */
  tally_remote_rig_assert_hits (rig, 4);
  tally_remote_rig_assert_request (rig, 1, "POST /shop/_bulk_docs", "\"docs\":[{\"_id\":\"a\"");
  tally_remote_rig_assert_request (rig, 2, "POST /shop/_bulk_docs", "\"_attachments\":" STUBS);
  tally_remote_rig_assert_request (rig, 3, "POST /shop/_bulk_docs", "\"docs\":[{\"_id\":\"I\"");
}

static void
test_batches_by_bytes (TallyRemoteRig *rig,
                       gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = NULL;
  g_autofree char *filler = g_strnfill (400 * 1000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"x\":\"%s\"}", filler);

  revisions = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  for (guint i = 0; i < 5; i++)
    {
      const char key[] = { (char) ('a' + i), '\0' };

      g_ptr_array_add (revisions, tally_revision_new_child (NULL, key, FALSE, body, NULL));
    }

  queue_missing (rig, revisions, "abcde");
  for (guint i = 0; i < 3; i++)
    tally_script_server_queue_json (rig->server, 201, "[]");
  assert_push (rig, revisions, "sssss");
  tally_remote_rig_assert_hits (rig, 4);
}

/* The answer is lost, three times over: what was in the batch may be there, what was not sent
 * any more is not known either. */
static void
test_answer_lost (TallyRemoteRig *rig,
                  gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("abA");

  queue_missing (rig, revisions, "abA");
  for (guint i = 0; i < 3; i++)
    tally_script_server_queue_fault (rig->server, TALLY_SCRIPT_RESET, "");
  assert_push (rig, revisions, "uuu");
  tally_remote_rig_assert_hits (rig, 4);

  /* lost once, then answered: the repeat is harmless, and its answer counts */
  queue_missing (rig, revisions, "abA");
  tally_script_server_queue_fault (rig->server, TALLY_SCRIPT_RESET, "");
  tally_script_server_queue_json (rig->server, 201, "[]");
  tally_script_server_queue_json (rig->server, 201, "[]");
  assert_push (rig, revisions, "sss");

  /* an answer that breaks off says nothing */
  queue_missing (rig, revisions, "abA");
  tally_script_server_queue_json (rig->server, 201, "[{\"id\":\"a\"");
  assert_push (rig, revisions, "uuu");
}

/* An error only when nothing was sent at all, or the login is refused. */
static void
test_nothing_sent (TallyRemoteRig *rig,
                   gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("abA");

  tally_script_server_queue_json (rig->server, 401, "{\"error\":\"unauthorized\"}");
  assert_push_fails (rig, revisions, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_AUTH);
  tally_remote_rig_assert_hits (rig, 1);

  tally_script_server_queue_json (rig->server, 404, "{\"error\":\"not_found\"}");
  assert_push_fails (rig, revisions, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING);

  queue_missing (rig, revisions, "abA");
  tally_script_server_queue_json (rig->server, 403, "{\"error\":\"forbidden\"}");
  assert_push_fails (rig, revisions, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_FORBIDDEN);

  /* the second batch is refused entry: the first was stored all the same, which a later look
   * shows, but whoever goes on with that login locks the account */
  queue_missing (rig, revisions, "abA");
  tally_script_server_queue_json (rig->server, 201, "[]");
  tally_script_server_queue_json (rig->server, 401, "{\"error\":\"unauthorized\"}");
  assert_push_fails (rig, revisions, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_AUTH);
}

static void
test_sign_in_page (TallyRemoteRig *rig,
                   gconstpointer   data)
{
  g_autoptr (GPtrArray) revisions = new_revisions ("ab");

  queue_missing (rig, revisions, "ab");
  tally_script_server_queue (rig->server, 200, "text/html", "<html>");
  assert_push (rig, revisions, "uu");
}

static void
test_no_body (TallyRemoteRig *rig,
              gconstpointer   data)
{
  static const char * const none[] = { NULL };
  g_autoptr (GPtrArray) revisions = new_revisions ("a");

  g_ptr_array_add (revisions, tally_revision_new ("b", "1-11111111111111111111111111111111", none,
                                                  FALSE, NULL, NULL));
  queue_missing (rig, revisions, "a");
  tally_script_server_queue_json (rig->server, 201, "[]");
  assert_push (rig, revisions, "sr");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/remote/couchdb-push/" path, TallyRemoteRig, NULL, tally_remote_rig_set_up, func, \
              tally_remote_rig_tear_down)

  ADD ("stored", test_stored);
  ADD ("rows", test_rows);
  ADD ("bisect", test_bisect);
  ADD ("ill-server", test_ill_server);
  ADD ("attachments", test_attachments);
  ADD ("batches-by-bytes", test_batches_by_bytes);
  ADD ("answer-lost", test_answer_lost);
  ADD ("nothing-sent", test_nothing_sent);
  ADD ("sign-in-page", test_sign_in_page);
  ADD ("no-body", test_no_body);

  return g_test_run ();
}
