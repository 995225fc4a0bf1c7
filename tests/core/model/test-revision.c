/* test-revision.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "model/tally-revision.h"

#include "base/tally-json-text.h"

#include <string.h>

static TallyRevision *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  TallyRevision *revision = tally_revision_parse (json, -1, &error);

  g_assert_no_error (error);

  return revision;
}

static void
assert_refused (const char *json,
                GQuark      domain,
                int         code,
                const char *where)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%.100s", json);
  g_assert_null (tally_revision_parse (json, -1, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, where));
}

static void
assert_written (const TallyRevision     *revision,
                TallyRevisionWriteFlags  flags,
                const char              *wanted)
{
  g_autoptr (GString) out = g_string_new (NULL);

  tally_revision_write (revision, flags, out);
  g_assert_cmpstr (out->str, ==, wanted);
}

static void
test_parse (void)
{
  g_autoptr (TallyRevision) revision =
    parse ("{ \"total\": 12345678901234567890, \"_id\": \"a\\/b\\n\", \"_rev\": \"3-c\",\n"
           "\"_revisions\": {\"start\": 3, \"ids\": [\"c\", \"b\", \"a\"]}, \"x\": [1.0, -0.0, 1e21],"
           "\"_deleted\": false, \"_conflicts\": [\"1-x\"], \"_local_seq\": 4, \"\\u0000\": \"\\ud800\" }");

  g_assert_cmpstr (revision->key, ==, "a/b\n");
  g_assert_cmpstr (revision->rev, ==, "3-c");
  g_assert_cmpstr (revision->ancestors[0], ==, "2-b");
  g_assert_cmpstr (revision->ancestors[1], ==, "1-a");
  g_assert_null (revision->ancestors[2]);
  g_assert_false (revision->deleted);
  g_assert_cmpstr (revision->body, ==,
                   "{\"total\":12345678901234567890,\"x\":[1.0,-0.0,1e21],\"\\u0000\":\"\\ud800\"}");
  g_assert_null (revision->attachments);

  assert_written (revision, TALLY_REVISION_WRITE_ID_ONLY,
                  "{\"_id\":\"a/b\\n\",\"total\":12345678901234567890,\"x\":[1.0,-0.0,1e21],"
                  "\"\\u0000\":\"\\ud800\"}");
  assert_written (revision, TALLY_REVISION_WRITE_REV | TALLY_REVISION_WRITE_REVISIONS,
                  "{\"_id\":\"a/b\\n\",\"_rev\":\"3-c\",\"_revisions\":{\"start\":3,\"ids\":[\"c\",\"b\",\"a\"]},"
                  "\"total\":12345678901234567890,\"x\":[1.0,-0.0,1e21],\"\\u0000\":\"\\ud800\"}");
}

static void
test_parse_small (void)
{
  g_autoptr (TallyRevision) bare = parse ("{\"_id\":\"a\"}");
  g_autoptr (TallyRevision) design = parse ("{\"_id\":\"_design/x\",\"\\u005frev\":\"1-a\"}");
  g_autoptr (TallyRevision) tombstone = parse ("{\"_id\":\"a\",\"_deleted\":true,\"_revisions\":{\"start\":2,\"ids\":[\"b\"]}}");
  g_autoptr (TallyRevision) stubs = parse ("{\"_id\":\"a\",\"_attachments\":{\"x\": {\"digest\":\"md5-1\", \"stub\":true}}}");
  g_autoptr (TallyRevision) keyed = tally_revision_parse_keyed ("{\"b\":1}", -1, "k", NULL);

  g_assert_null (bare->rev);
  g_assert_cmpstr (bare->body, ==, "{}");
  g_assert_cmpstr (design->key, ==, "_design/x");
  g_assert_cmpstr (design->rev, ==, "1-a");
  g_assert_true (tombstone->deleted);
  g_assert_cmpstr (tombstone->rev, ==, "2-b");
  g_assert_cmpstr (stubs->attachments, ==, "{\"x\":{\"digest\":\"md5-1\",\"stub\":true}}");
  g_assert_cmpstr (keyed->key, ==, "k");
  assert_written (tombstone, TALLY_REVISION_WRITE_WIRE,
                  "{\"_id\":\"a\",\"_rev\":\"2-b\",\"_revisions\":{\"start\":2,\"ids\":[\"b\"]},\"_deleted\":true}");
  assert_written (stubs, TALLY_REVISION_WRITE_WIRE,
                  "{\"_id\":\"a\",\"_attachments\":{\"x\":{\"digest\":\"md5-1\",\"stub\":true}}}");
}

static void
test_refused (void)
{
  const GQuark model = TALLY_MODEL_ERROR;
  const int document = TALLY_MODEL_ERROR_BAD_DOCUMENT;
  const int rev = TALLY_MODEL_ERROR_BAD_REV;

  assert_refused ("[]", TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX, "line 1");
  assert_refused ("{\"_id\":\"a\",\n\"x\":1,}", TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX, "line 2");
  assert_refused ("{\"_id\":\"a\",\n\"x\":1,\n\"x\":2}", TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE, "line 3");
  assert_refused ("{\"_id\":\"a\",\n\"x\":{\"y\":1,\n\"y\":2}}", TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE, "line 3");
  assert_refused ("{\"_id\":\"a\",\"_id\":\"a\"}", TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE, "line 1");
  assert_refused ("{\"x\":1}", model, document, "_id");
  assert_refused ("{\"_id\":1}", model, document, "line 1");
  assert_refused ("{\n\"_id\":\"\"}", model, TALLY_MODEL_ERROR_BAD_KEY, "line 2");
  assert_refused ("{\n\"_id\":\"a\\u0000b\"}", model, TALLY_MODEL_ERROR_BAD_KEY, "line 2");
  assert_refused ("{\n\"_id\":\"\\ud800\"}", model, TALLY_MODEL_ERROR_BAD_KEY, "line 2");
  assert_refused ("{\"_id\":\"a\",\n\"_foo\":1}", model, document, "line 2");
  assert_refused ("{\"_id\":\"a\",\n\"\\u005ffoo\":1}", model, document, "line 2");
  assert_refused ("{\"_id\":\"a\",\"_deleted\":1}", model, document, "_deleted");
  assert_refused ("{\"_id\":\"a\",\"_deleted\":\"true\"}", model, document, "_deleted");
  assert_refused ("{\"_id\":\"a\",\"_attachments\":[]}", model, document, "_attachments");
  assert_refused ("{\"_id\":\"a\",\"_attachments\":{\"a\":1}}", model, document, "attachment");
  assert_refused ("{\"_id\":\"a\",\"_rev\":\"x\"}", model, rev, "_rev");
  assert_refused ("{\"_id\":\"a\",\"_rev\":null}", model, rev, "_rev");
  assert_refused ("{\"_id\":\"a\",\"_rev\":\"2-a\",\"_revisions\":{\"start\":2,\"ids\":[\"b\"]}}", model, rev, "2-b");
  assert_refused ("{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[\"b\",\"a\"]}}", model, rev, "_revisions");
  assert_refused ("{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[]}}", model, rev, "_revisions");
  assert_refused ("{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[1]}}", model, rev, "_revisions");
  assert_refused ("{\"_id\":\"a\",\"_revisions\":[]}", model, rev, "_revisions");
}

/* A document a thousand levels deep is good, also inside a page; one level more is refused by
 * itself: the page can still be taken apart. */
static void
test_depth (void)
{
  for (guint inner = 998; inner <= 999; inner++)
    {
      g_autoptr (GString) page = g_string_new ("{\"results\":[{\"ok\":{\"_id\":\"a\",\"x\":");
      g_autoptr (GArray) members = NULL;
      g_autoptr (GArray) rows = NULL;
      g_autoptr (GArray) row = NULL;
      g_autoptr (TallyRevision) revision = NULL;
      g_autoptr (GError) error = NULL;
      TallyJsonSpan span;

      for (guint i = 0; i <= inner; i++)
        g_string_append_c (page, '[');
      for (guint i = 0; i <= inner; i++)
        g_string_append_c (page, ']');
      g_string_append (page, "}}]}");

      members = tally_json_text_members (page->str, -1, &error);
      g_assert_no_error (error);
      span = tally_json_members_find (members, "results")->value;
      rows = tally_json_text_elements (span.text, (gssize) span.length, &error);
      g_assert_no_error (error);
      span = g_array_index (rows, TallyJsonSpan, 0);
      row = tally_json_text_members (span.text, (gssize) span.length, &error);
      g_assert_no_error (error);
      span = tally_json_members_find (row, "ok")->value;

      revision = tally_revision_parse (span.text, (gssize) span.length, &error);
      if (inner == 998)
        {
          g_autofree char *again = NULL;

          g_assert_no_error (error);
          again = tally_json_text_compact (revision->body, -1, &error);
          g_assert_cmpstr (again, ==, revision->body);
        }
      else
        g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DEPTH);
    }
}

/* What is written is read as the same, whatever it was. */
static void
test_round_trip (void)
{
  static const char * const keys[] = { "a", "a/b", "a\nb\t\"\\", "\xc3\xa9", "e\xcc\x81", "_design/x", "😀\x7f\x01" };
  static const char * const bodies[] = {
    "{}", "{\"a\":12345678901234567890,\"b\":[1.0,1e21,-0.0]}",
    "{\"\\ud800\":\"\\udfff\",\"id\":1,\"rev\":2}", "{\"a\":{\"_id\":\"inside\",\"_rev\":[]}}",
  };
  static const char * const stubs[] = { NULL, "{\"x y\":{\"digest\":\"md5-1\"}}" };
  const char * const history[] = { "2-b", "1-a", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (keys) * G_N_ELEMENTS (bodies) * 4; i++)
    {
      const char *body = bodies[i / 4 % G_N_ELEMENTS (bodies)];
      g_autoptr (TallyRevision) revision =
        tally_revision_new (keys[i / 4 / G_N_ELEMENTS (bodies)], "3-c", history, i & 1,
                            body, stubs[i / 2 % 2]);
      g_autoptr (TallyRevision) back = NULL;
      g_autoptr (GString) out = g_string_new (NULL);

      tally_revision_write (revision, TALLY_REVISION_WRITE_WIRE, out);
      back = parse (out->str);
      g_assert_cmpstr (back->key, ==, revision->key);
      g_assert_cmpstr (back->rev, ==, revision->rev);
      g_assert_true (g_strv_equal (back->ancestors, revision->ancestors));
      g_assert_cmpint (back->deleted, ==, revision->deleted);
      g_assert_cmpstr (back->body, ==, revision->body);
      g_assert_cmpstr (back->attachments, ==, revision->attachments);
    }
}

static void
test_child (void)
{
  g_autoptr (TallyRevision) first = tally_revision_new_child (NULL, "a", FALSE, "{\"x\":1}", NULL);
  g_autoptr (TallyRevision) again = tally_revision_new_child (NULL, "b", FALSE, "{\"x\":1}", NULL);
  g_autoptr (TallyRevision) other = tally_revision_new_child (NULL, "a", FALSE, "{\"x\":1.0}", NULL);
  g_autoptr (TallyRevision) second = tally_revision_new_child (first, "a", FALSE, "{\"x\":2}", NULL);
  g_autoptr (TallyRevision) gone = tally_revision_new_child (second, "a", TRUE, NULL, NULL);
  g_autoptr (TallyRevision) back = tally_revision_new_child (gone, "a", FALSE, "{}", NULL);

  /* sha256 ("1:0,0:,7:{\"x\":1},"), computed apart */
  g_assert_cmpstr (first->rev, ==, "1-2f0845825781d9ddda1a4f1ae8daca84");
  g_assert_cmpstr (first->rev, ==, again->rev);
  g_assert_cmpstr (first->rev, !=, other->rev);
  g_assert_cmpuint (strlen (second->rev), ==, 34);
  g_assert_cmpuint (tally_rev_generation (second->rev), ==, 2);
  g_assert_cmpstr (second->ancestors[0], ==, first->rev);
  g_assert_true (gone->deleted);
  g_assert_cmpstr (gone->body, ==, "{}");
  g_assert_cmpuint (tally_rev_generation (back->rev), ==, 4);
  g_assert_cmpstr (back->ancestors[0], ==, gone->rev);
  g_assert_cmpstr (back->ancestors[1], ==, second->rev);
  g_assert_cmpstr (back->ancestors[2], ==, first->rev);
  g_assert_null (back->ancestors[3]);
}

static void
test_child_attachments (void)
{
  const char *stubs = "{\"a\":{\"digest\":\"md5-1\",\"revpos\":1},\"b\":{\"digest\":\"md5-2\"}}";
  const char *swapped = "{\"b\":{\"digest\":\"md5-2\"},\"a\":{\"revpos\":9,\"digest\":\"md5-1\"}}";
  const char *changed = "{\"a\":{\"digest\":\"md5-2\"},\"b\":{\"digest\":\"md5-1\"}}";
  g_autoptr (TallyRevision) none = tally_revision_new_child (NULL, "a", FALSE, "{}", NULL);
  g_autoptr (TallyRevision) one = tally_revision_new_child (NULL, "a", FALSE, "{}", stubs);
  g_autoptr (TallyRevision) two = tally_revision_new_child (NULL, "a", FALSE, "{}", swapped);
  g_autoptr (TallyRevision) three = tally_revision_new_child (NULL, "a", FALSE, "{}", changed);

  g_assert_cmpstr (one->rev, !=, none->rev);
  g_assert_cmpstr (one->rev, ==, two->rev);
  g_assert_cmpstr (one->rev, !=, three->rev);
}

static void
test_long_history (void)
{
  g_autoptr (TallyRevision) revision = tally_revision_new_child (NULL, "a", FALSE, "{}", NULL);
  g_autofree char *first = g_strdup (revision->rev);

  for (guint i = 2; i <= 1500; i++)
    {
      g_autoptr (TallyRevision) child = tally_revision_new_child (revision, "a", FALSE, "{}", NULL);

      tally_revision_unref (revision);
      revision = g_steal_pointer (&child);
    }
  g_assert_cmpuint (tally_rev_generation (revision->rev), ==, 1500);
  g_assert_cmpuint (g_strv_length ((char **) revision->ancestors), ==, TALLY_REVISION_MAX_PATH - 1);
  g_assert_false (tally_revision_descends (revision, first));
}

static void
test_rev_ids (void)
{
  static const char * const good[] = { "1-a", "12-967a00dff5e02add41819138abb3284d", "999999999-x", "1-é" };
  static const char * const bad[] = { "", "1", "1-", "-a", "0-a", "01-a", "a-1", "1-a b", "1-a,b", "1-\"", "1-a\n",
                                      "9999999999-a", "1_a", " 1-a" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tally_rev_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (tally_rev_is_valid (bad[i]));
  g_assert_cmpuint (tally_rev_generation ("12-a"), ==, 12);
  g_assert_cmpuint (tally_rev_generation ("x"), ==, 0);
}

static void
test_winner (void)
{
  g_assert_cmpint (tally_rev_compare_winner ("1-a", FALSE, "9-z", TRUE), >, 0);
  g_assert_cmpint (tally_rev_compare_winner ("10-a", FALSE, "9-z", FALSE), >, 0);
  g_assert_cmpint (tally_rev_compare_winner ("2-a", TRUE, "2-b", TRUE), <, 0);
  g_assert_cmpint (tally_rev_compare_winner ("2-a", FALSE, "2-a", FALSE), ==, 0);
}

static void
test_keys (void)
{
  static const char * const good[] = { "a", "a/b", "a\nb", "\xc3\xa9", "e\xcc\x81", ":", "language:ita" };
  static const char * const bad[] = { "", "_a", "_design/x", "_local/x", "\xff" };
  g_autofree char *collection = tally_key_dup_collection ("language:ita:x", "db");
  g_autofree char *none = tally_key_dup_collection ("ita", "db");
  g_autofree char *empty = tally_key_dup_collection (":ita", "db");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tally_key_check (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tally_key_check (bad[i], &error));
      g_assert_error (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_KEY);
    }
  g_assert_cmpstr (collection, ==, "language");
  g_assert_cmpstr (none, ==, "db");
  g_assert_cmpstr (empty, ==, "db");
}

static void
test_relations (void)
{
  const char * const history[] = { "2-b", "1-a", NULL };
  const char * const fork_history[] = { "2-x", "1-a", NULL };
  g_autoptr (TallyRevision) a = tally_revision_new ("k", "3-c", history, FALSE, "{\"x\":1,\"y\":2}", NULL);
  g_autoptr (TallyRevision) b = tally_revision_new ("k", "3-y", fork_history, FALSE, "{\"y\":2.0,\"x\":1}", NULL);
  g_autoptr (TallyRevision) parent = tally_revision_new ("k", "2-b", NULL, FALSE, NULL, NULL);
  g_autoptr (TallyRevision) alone = tally_revision_new ("k", "5-q", NULL, TRUE, "{}", NULL);

  g_assert_true (tally_revision_descends (a, "1-a"));
  g_assert_false (tally_revision_descends (a, "3-c"));
  g_assert_cmpstr (tally_revision_common (a, b), ==, "1-a");
  g_assert_cmpstr (tally_revision_common (a, parent), ==, "2-b");
  g_assert_cmpstr (tally_revision_common (parent, a), ==, "2-b");
  g_assert_null (tally_revision_common (a, alone));
  g_assert_true (tally_revision_same_content (a, b));
  g_assert_false (tally_revision_same_content (a, parent));
  g_assert_false (tally_revision_same_content (a, alone));
  g_assert_true (tally_revision_is_same (NULL, NULL));
  g_assert_false (tally_revision_is_same (a, NULL));
  g_assert_false (tally_revision_is_same (a, b));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/revision/parse", test_parse);
  g_test_add_func ("/model/revision/parse-small", test_parse_small);
  g_test_add_func ("/model/revision/refused", test_refused);
  g_test_add_func ("/model/revision/depth", test_depth);
  g_test_add_func ("/model/revision/round-trip", test_round_trip);
  g_test_add_func ("/model/revision/child", test_child);
  g_test_add_func ("/model/revision/child-attachments", test_child_attachments);
  g_test_add_func ("/model/revision/long-history", test_long_history);
  g_test_add_func ("/model/revision/rev-ids", test_rev_ids);
  g_test_add_func ("/model/revision/winner", test_winner);
  g_test_add_func ("/model/revision/keys", test_keys);
  g_test_add_func ("/model/revision/relations", test_relations);

  return g_test_run ();
}
