/* test-couchdb-changes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "remote/couchdb/tally-couchdb-changes.h"

#include <string.h>

#define REV "1-11111111111111111111111111111111"
#define REV2 "2-22222222222222222222222222222222"
#define REV3 "3-33333333333333333333333333333333"

static TallyChangesPage *
parse (const char *json,
       guint       limit)
{
  g_autoptr (GError) error = NULL;
  TallyChangesPage *page = tally_couchdb_changes_parse (json, strlen (json), limit, &error);

  g_assert_no_error (error);
  g_assert_nonnull (page);

  return page;
}

/* Nothing of a body may be bent: it is text, cut out of the answer. */
static void
test_unbent (void)
{
  static const char body[] =
    "{\"n\":12345678901234567890123,\"one\":1.0,\"e\":1e21,\"z\":-0.0,\"nul\":\"a\\u0000b\","
    "\"deep\":[[[[[[]]]]]],\"\\u006b\":\"\\u00e9é\"}";
  g_autofree char *json = g_strdup_printf (
    "{\"results\":[\n{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"a\",\"_rev\":\"" REV "\",%s}\n],\"last_seq\":7}", body + 1);
  g_autoptr (TallyChangesPage) page = parse (json, 100);
  TallyChange *change = page->changes->pdata[0];

  g_assert_cmpuint (page->changes->len, ==, 1);
  g_assert_null (change->refused);
  g_assert_cmpstr (change->winner->body, ==, body);
  g_assert_cmpstr (change->winner->rev, ==, REV);
  g_assert_cmpstr (page->since, ==, "7");
  g_assert_false (page->more);
  g_assert_cmpint (page->pending, ==, -1);
}

static void
test_attachments (void)
{
  static const char stubs[] =
    "{\"b.txt\":{\"content_type\":\"text/plain\",\"revpos\":1,\"digest\":\"md5-x==\",\"length\":3,"
    "\"stub\":true}}";
  g_autofree char *json = g_strdup_printf (
    "{\"results\":[{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"a\",\"_rev\":\"" REV "\",\"_attachments\":%s,\"x\":1}}],"
    "\"last_seq\":\"1-g1\",\"pending\":0}", stubs);
  g_autoptr (TallyChangesPage) page = parse (json, 100);
  TallyChange *change = page->changes->pdata[0];

  g_assert_cmpstr (change->winner->attachments, ==, stubs);
  g_assert_cmpstr (change->winner->body, ==, "{\"x\":1}");
  g_assert_cmpstr (page->since, ==, "\"1-g1\"");
}

/* A bad document is its own row's misfortune only. */
static void
test_refused (void)
{
  static const char json[] =
    "{\"results\":["
    "{\"seq\":1,\"id\":\"twice\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"twice\",\"_rev\":\"" REV "\",\"o\":{\"a\":1,\"\\u0061\":2}}},"
    "{\"seq\":2,\"id\":\"unknown\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"unknown\",\"_rev\":\"" REV "\",\"_strange\":1}},"
    "{\"seq\":3,\"id\":\"other\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"another\",\"_rev\":\"" REV "\"}},"
    "{\"seq\":4,\"id\":\"norev\",\"changes\":[{\"rev\":\"" REV "\"}],\"doc\":{\"_id\":\"norev\"}},"
    "{\"seq\":5,\"id\":\"null\",\"changes\":[{\"rev\":\"" REV "\"}],\"doc\":null},"
    "{\"seq\":6,\"id\":\"good\",\"changes\":[{\"rev\":\"" REV "\"}],"
    "\"doc\":{\"_id\":\"good\",\"_rev\":\"" REV "\"}}"
    "],\"last_seq\":6}";
  g_autoptr (TallyChangesPage) page = parse (json, 6);

  g_assert_cmpuint (page->changes->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    {
      TallyChange *change = page->changes->pdata[i];

      g_assert_cmpstr (change->leaves[0], ==, REV);
      g_assert_cmpint (change->refused != NULL, ==, i < 4);
      g_assert_cmpint (change->winner != NULL, ==, i == 5);
      if (change->refused != NULL)
        g_assert_cmpstr (change->refused->code, ==, "bad-document");
    }
  g_assert_true (page->more);
}

static void
test_ids (void)
{
  static const char json[] =
    "{\"results\":["
    "{\"id\":\"_design/x\",\"changes\":[{\"rev\":\"" REV "\"}]},"
    "{\"id\":\"a/b\\nc\",\"changes\":[{\"rev\":\"" REV "\"}]},"
    "{\"id\":\"\\u00e9\",\"changes\":[{\"rev\":\"" REV "\"}]},"
    "{\"id\":\"e\\u0301\",\"changes\":[{\"rev\":\"" REV "\"}]},"
    "{\"id\":\"nul\\u0000\",\"changes\":[{\"rev\":\"" REV "\"}]},"
    "{\"id\":\"half\\ud800\",\"changes\":[{\"rev\":\"" REV "\"}]}"
    "],\"last_seq\":6,\"pending\":3}";
  g_autoptr (TallyChangesPage) page = parse (json, 100);
  TallyChange **changes = (TallyChange **) page->changes->pdata;

  g_assert_cmpuint (page->changes->len, ==, 3);
  g_assert_cmpstr (changes[0]->key, ==, "a/b\nc");
  g_assert_cmpstr (changes[1]->key, ==, "\xc3\xa9");
  g_assert_cmpstr (changes[2]->key, ==, "e\xcc\x81");
  g_assert_cmpuint (page->n_unreadable, ==, 2);
  g_assert_cmpstr (page->unreadable[0], ==, "\"nul\\u0000\"");
  g_assert_cmpstr (page->unreadable[1], ==, "\"half\\ud800\"");
  g_assert_true (page->more);
}

/* PouchDB Server lists a tombstone of a later generation before the live winner. */
static void
test_winner_first (void)
{
  static const char json[] =
    "{\"results\":[{\"seq\":3,\"id\":\"a\",\"changes\":[{\"rev\":\"" REV3 "\"},{\"rev\":\"" REV2
    "\"},{\"rev\":\"" REV "\"}],\"doc\":{\"_id\":\"a\",\"_rev\":\"" REV "\"}},"
    "{\"seq\":4,\"id\":\"b\",\"deleted\":true,\"changes\":[{\"rev\":\"" REV2 "\"}],"
    "\"doc\":{\"_id\":\"b\",\"_rev\":\"" REV2 "\",\"_deleted\":true}}],\"last_seq\":4}";
  g_autoptr (TallyChangesPage) page = parse (json, 100);
  TallyChange **changes = (TallyChange **) page->changes->pdata;

  g_assert_cmpuint (g_strv_length (changes[0]->leaves), ==, 3);
  g_assert_cmpstr (changes[0]->leaves[0], ==, REV);
  g_assert_cmpstr (changes[0]->leaves[1], ==, REV3);
  g_assert_cmpstr (changes[0]->leaves[2], ==, REV2);
  g_assert_false (changes[0]->deleted);
  g_assert_true (changes[1]->deleted);
  g_assert_true (changes[1]->winner->deleted);
}

/* CouchDB may count rows as pending that never come: an empty page ends the list. */
static void
test_empty (void)
{
  g_autoptr (TallyChangesPage) page = parse ("{\"results\":[],\"last_seq\":\"5-x\",\"pending\":5}",
                                             100);

  g_assert_false (page->more);
  g_assert_cmpint (page->pending, ==, 5);
}

static void
test_damaged (void)
{
  static const char * const answers[] = {
    "", "{", "[]", "null", "{}", "{\"results\":[]}", "{\"results\":{},\"last_seq\":1}",
    "{\"results\":[{\"id\":\"a\"}],\"last_seq\":1}", "{\"results\":[{\"id\":\"a\",\"changes\":",
    "{\"results\":[{\"id\":\"a\",\"changes\":[{}]}],\"last_seq\":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tally_couchdb_changes_parse (answers[i], strlen (answers[i]), 10, &error));
      g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/couchdb-changes/unbent", test_unbent);
  g_test_add_func ("/remote/couchdb-changes/attachments", test_attachments);
  g_test_add_func ("/remote/couchdb-changes/refused", test_refused);
  g_test_add_func ("/remote/couchdb-changes/ids", test_ids);
  g_test_add_func ("/remote/couchdb-changes/winner-first", test_winner_first);
  g_test_add_func ("/remote/couchdb-changes/empty", test_empty);
  g_test_add_func ("/remote/couchdb-changes/damaged", test_damaged);

  return g_test_run ();
}
