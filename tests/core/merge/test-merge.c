/* test-merge.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "merge/tally-merge.h"

#include "base/tally-json-text.h"

#include <string.h>

/* "-": deleted; "?": the body is not known; NULL: no revision. */
static TallyRevision *
make (const char *rev,
      const char *body,
      const char *attachments)
{
  if (body == NULL)
    return NULL;
  if (strcmp (body, "-") == 0)
    return tally_revision_new ("k", rev, NULL, TRUE, "{}", NULL);

  return tally_revision_new ("k", rev, NULL, FALSE, strcmp (body, "?") == 0 ? NULL : body, attachments);
}

/* pointer:verdict words, apart by blanks */
static char *
list_fields (GPtrArray *fields)
{
  static const char letters[] = "=LSC";
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < fields->len; i++)
    {
      TallyFieldDiff *diff = fields->pdata[i];

      g_string_append_printf (out, "%s%s%c", i > 0 ? " " : "", diff->pointer, letters[diff->verdict]);
    }

  return g_string_free (out, FALSE);
}

static void
assert_merge (const char        *base_body,
              const char        *local_body,
              const char        *server_body,
              TallyConflictKind  kind,
              const char        *body,
              const char        *fields)
{
  g_autoptr (TallyRevision) base = make ("1-a", base_body, NULL);
  g_autoptr (TallyRevision) local = make ("2-l", local_body, NULL);
  g_autoptr (TallyRevision) server = make ("2-s", server_body, NULL);
  g_autoptr (TallyMerge) merge = tally_merge_three_way (base, local, server);
  g_autoptr (TallyMerge) mirror = tally_merge_three_way (base, server, local);
  g_autofree char *listed = list_fields (merge->fields);

  g_test_message ("%s | %s | %s", base_body ? base_body : "none", local_body, server_body);
  g_assert_cmpint (merge->kind, ==, kind);
  g_assert_cmpint (mirror->kind, ==, kind);
  g_assert_cmpint (mirror->deleted, ==, merge->deleted);
  g_assert_cmpuint (mirror->fields->len, ==, merge->fields->len);
  g_assert_cmpstr (listed, ==, fields);
  if (body != NULL && strcmp (body, "-") == 0)
    {
      g_assert_true (merge->deleted);
      g_assert_cmpstr (merge->body, ==, "{}");
    }
  else
    {
      g_assert_false (merge->deleted);
      g_assert_cmpstr (merge->body, ==, body);
    }
  if (merge->body != NULL)
    g_assert_true (tally_json_text_equal (merge->body, -1, mirror->body, -1));
}

static void
test_members (void)
{
  const char *base = "{\"a\":1,\"b\":2,\"c\":3}";

  assert_merge (base, "{\"a\":9,\"b\":2,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":8}", TALLY_CONFLICT_NONE,
                "{\"a\":9,\"b\":2,\"c\":8}", "/aL /cS");
  assert_merge (base, "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", TALLY_CONFLICT_NONE,
                "{\"a\":1,\"b\":2,\"d\":4}", "/cL /dS");
  assert_merge (base, "{\"x\":0,\"a\":1,\"b\":2,\"c\":3,\"y\":0}", "{\"c\":4,\"b\":2,\"a\":1}", TALLY_CONFLICT_NONE,
                "{\"c\":4,\"b\":2,\"a\":1,\"x\":0,\"y\":0}", "/cS /xL /yL");
  assert_merge (base, "{\"a\":9,\"b\":2,\"c\":3}", "{\"a\":8,\"b\":3,\"c\":3}", TALLY_CONFLICT_EDIT,
                NULL, "/aC /bS");
  assert_merge (base, "{\"b\":2,\"c\":3}", "{\"a\":8,\"b\":2,\"c\":3}", TALLY_CONFLICT_EDIT, NULL, "/aC");
  assert_merge (base, "{\"b\":2,\"c\":3,\"d\":1}", "{\"b\":2,\"c\":3,\"d\":2}", TALLY_CONFLICT_EDIT, NULL, "/dC /a=");
  assert_merge (base, "{\"a\":1,\"b\":2,\"c\":3.0}", "{\"c\":3e0,\"a\":1,\"b\":7}", TALLY_CONFLICT_NONE,
                "{\"c\":3e0,\"a\":1,\"b\":7}", "/bS");
  assert_merge (base, "{\"a\":5,\"b\":2,\"c\":3}", "{\"a\":5.0,\"b\":2,\"c\":3}", TALLY_CONFLICT_NONE,
                "{\"a\":5.0,\"b\":2,\"c\":3}", "/a=");
  assert_merge ("{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":2,\"x\":1},\"b\":1}", "{\"a\":{\"x\":1,\"y\":3}}", TALLY_CONFLICT_NONE,
                "{\"a\":{\"x\":1,\"y\":3},\"b\":1}", "/aS /bL");
  assert_merge ("{\"n\":12345678901234567890}", "{\"n\":12345678901234567891}", "{\"n\":12345678901234567890,\"o\":1e21}",
                TALLY_CONFLICT_NONE, "{\"n\":12345678901234567891,\"o\":1e21}", "/nL /oS");
}

static void
test_odd_names (void)
{
  assert_merge ("{}", "{\"a\\u0000\":1,\"\\ud800\":1}", "{\"a\":2,\"\\uD801\":1,\"~/\":3}", TALLY_CONFLICT_NONE,
                "{\"a\":2,\"\\uD801\":1,\"~/\":3,\"a\\u0000\":1,\"\\ud800\":1}",
                "/aS /~2ud801S /~0~1S /a~2u0000L /~2ud800L");
  assert_merge ("{\"\\u0061\":1}", "{\"a\":1,\"b\":1}", "{\"\\u0061\":2}", TALLY_CONFLICT_NONE,
                "{\"\\u0061\":2,\"b\":1}", "/aS /bL");
  assert_merge ("{\"\\uD800\":1}", "{\"\\ud800\":1,\"b\":1}", "{\"\\uD800\":2}", TALLY_CONFLICT_NONE,
                "{\"\\uD800\":2,\"b\":1}", "/~2ud800S /bL");
}

static void
test_deletions (void)
{
  assert_merge ("{\"a\":1}", "-", "-", TALLY_CONFLICT_NONE, "-", "");
  assert_merge (NULL, "-", "-", TALLY_CONFLICT_NONE, "-", "");
  assert_merge ("{\"a\":1}", "{\"a\":1.0}", "-", TALLY_CONFLICT_NONE, "-", "");
  assert_merge ("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":2}", "-", TALLY_CONFLICT_DELETE, NULL, "/aL");
  assert_merge ("{\"a\":1,\"b\":2}", "-", "{\"b\":2}", TALLY_CONFLICT_DELETE, NULL, "/aS");
  assert_merge ("?", "-", "{\"b\":2}", TALLY_CONFLICT_DELETE, NULL, "/bS");
  assert_merge (NULL, "-", "{\"b\":2}", TALLY_CONFLICT_DELETE, NULL, "/bS");
  /* made again on one side, on a tombstone */
  assert_merge ("-", "-", "{\"b\":2}", TALLY_CONFLICT_NONE, "{\"b\":2}", "/bS");
}

static void
test_without_base (void)
{
  assert_merge (NULL, "{\"a\":1,\"b\":2}", "{\"b\":2.0,\"a\":1}", TALLY_CONFLICT_NONE, "{\"b\":2.0,\"a\":1}", "");
  assert_merge (NULL, "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", TALLY_CONFLICT_CREATE, NULL, "/bC");
  assert_merge (NULL, "{\"a\":1}", "{\"a\":1,\"b\":3}", TALLY_CONFLICT_CREATE, NULL, "/bC");
  assert_merge ("?", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", TALLY_CONFLICT_EDIT, NULL, "/bC");
  assert_merge ("?", "{\"a\":1}", "{\"a\":1}", TALLY_CONFLICT_NONE, "{\"a\":1}", "");
  assert_merge ("-", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", TALLY_CONFLICT_CREATE, NULL, "/bC");
}

/* The base's body is gone, but one side still is the base. */
static void
test_side_is_base (void)
{
  g_autoptr (TallyRevision) base = make ("1-a", "?", NULL);
  g_autoptr (TallyRevision) local = make ("1-a", "{\"a\":1,\"b\":1}", NULL);
  g_autoptr (TallyRevision) server = make ("2-s", "{\"a\":2}", NULL);
  g_autoptr (TallyMerge) merge = tally_merge_three_way (base, local, server);
  g_autofree char *built = tally_merge_build (base, local, server, NULL, NULL);

  g_assert_cmpint (merge->kind, ==, TALLY_CONFLICT_NONE);
  g_assert_cmpstr (merge->body, ==, "{\"a\":2}");
  g_assert_cmpstr (built, ==, "{\"a\":2}");
}

static void
test_attachments (void)
{
  const char *one = "{\"x\":{\"digest\":\"md5-1\",\"stub\":true}}";
  const char *same = "{\"x\":{\"stub\":true,\"digest\":\"md5-1\"}}";
  const char *two = "{\"x\":{\"digest\":\"md5-2\",\"stub\":true}}";
  g_autoptr (TallyRevision) base = make ("1-a", "{\"a\":1}", one);
  g_autoptr (TallyRevision) kept = make ("2-k", "{\"a\":2}", one);
  g_autoptr (TallyRevision) alike = make ("2-l", "{\"a\":1,\"b\":1}", same);
  g_autoptr (TallyRevision) changed = make ("2-c", "{\"a\":1}", two);
  g_autoptr (TallyRevision) untouched = make ("2-u", "{\"a\":1}", one);
  g_autoptr (TallyMerge) both = tally_merge_three_way (base, kept, changed);
  g_autoptr (TallyMerge) merged = tally_merge_three_way (base, kept, alike);
  g_autoptr (TallyMerge) whole = tally_merge_three_way (base, untouched, changed);

  g_assert_cmpint (both->kind, ==, TALLY_CONFLICT_ATTACHMENTS);
  g_assert_null (both->body);
  g_assert_cmpint (merged->kind, ==, TALLY_CONFLICT_NONE);
  g_assert_cmpstr (merged->body, ==, "{\"a\":2,\"b\":1}");
  g_assert_cmpstr (merged->attachments, ==, same);
  g_assert_cmpint (whole->kind, ==, TALLY_CONFLICT_NONE);
  g_assert_cmpstr (whole->attachments, ==, two);
}

static const char *build_base = "{\"a\":1,\"b\":2,\"c\":3}";
static const char *build_local = "{\"a\":5,\"b\":2,\"l\":0}";
static const char *build_server = "{\"a\":6,\"b\":4,\"c\":3}";

/* @choices: pointer, "base" "local" "server" or a value with "=" in front, … NULL */
static char *
build (const char  *local_body,
       GError     **error,
       ...)
{
  static const char * const sides[] = { "base", "local", "server", NULL };
  g_autoptr (TallyRevision) base = make ("1-a", build_base, NULL);
  g_autoptr (TallyRevision) local = make ("2-l", local_body, NULL);
  g_autoptr (TallyRevision) server = make ("2-s", build_server, NULL);
  g_autoptr (GHashTable) choices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  char *pointer;
  va_list list;

  va_start (list, error);
  while ((pointer = va_arg (list, char *)) != NULL)
    {
      const char *what = va_arg (list, const char *);
      TallyFieldChoice *choice = g_new0 (TallyFieldChoice, 1);

      if (what[0] == '=')
        choice->value = what + 1;
      else
        while (strcmp (sides[choice->side], what) != 0)
          choice->side++;
      g_hash_table_insert (choices, pointer, choice);
    }
  va_end (list);

  return tally_merge_build (base, local, server, choices, error);
}

static void
assert_built (char       *built,
              const char *wanted)
{
  g_assert_cmpstr (built, ==, wanted);
  g_free (built);
}

static void
test_build (void)
{
  assert_built (build (build_local, NULL, "/a", "local", NULL), "{\"a\":5,\"b\":4,\"l\":0}");
  assert_built (build (build_local, NULL, "/a", "server", NULL), "{\"a\":6,\"b\":4,\"l\":0}");
  assert_built (build (build_local, NULL, "/a", "base", NULL), "{\"a\":1,\"b\":4,\"l\":0}");
  assert_built (build (build_local, NULL, "/a", "=[ 1e21 ]", "/c", "server", "/l", "server", "/b", "base", NULL),
                "{\"a\":[1e21],\"b\":2,\"c\":3}");
  assert_built (build (build_local, NULL, "/a", "local", "/z", "=1", "/m~1~0", "=\"x\"", NULL),
                "{\"a\":5,\"b\":4,\"l\":0,\"m/~\":\"x\",\"z\":1}");
  /* against a deletion the live side stands, and choices change it */
  assert_built (build ("-", NULL, NULL, NULL), build_server);
  assert_built (build ("-", NULL, "/a", "base", "/b", "local", NULL), "{\"a\":1,\"c\":3}");
}

static void
assert_build_fails (char       *built,
                    GError     *taken,
                    int         code,
                    const char *where)
{
  g_autoptr (GError) error = taken;

  g_assert_null (built);
  g_assert_error (error, TALLY_MERGE_ERROR, code);
  g_assert_nonnull (strstr (error->message, where));
}

static void
test_build_errors (void)
{
  static const char * const pointers[] = { "/nope", "a", "/a/b", "/_id", "/~2u0000", "/~", "/\xff" };
  GError *error = NULL;
  char *built = build (build_local, &error, NULL, NULL);

  assert_build_fails (built, error, TALLY_MERGE_ERROR_UNDECIDED, "/a");
  error = NULL;
  built = build (build_local, &error, "/a", "=01", NULL);
  assert_build_fails (built, error, TALLY_MERGE_ERROR_BAD_VALUE, "/a");
  error = NULL;
  built = build (build_local, &error, "/a", "local", "/z", "=", NULL);
  assert_build_fails (built, error, TALLY_MERGE_ERROR_BAD_VALUE, "/z");
  for (guint i = 0; i < G_N_ELEMENTS (pointers); i++)
    {
      error = NULL;
      built = build (build_local, &error, "/a", "local", pointers[i], i == 0 ? "local" : "=1", NULL);
      assert_build_fails (built, error, TALLY_MERGE_ERROR_NO_SUCH_MEMBER, pointers[i]);
    }
}

static char *
make_body (GRand *rand)
{
  static const char * const values[] = { "1", "1.0", "2", "\"x\"", "[]", "{\"p\":1}", "null" };
  GString *out = g_string_new ("{");
  guint start = (guint) g_rand_int_range (rand, 0, 6);

  for (guint i = 0; i < 6; i++)
    if (g_rand_int_range (rand, 0, 4) > 0)
      g_string_append_printf (out, "%s\"%c\":%s", out->len > 1 ? "," : "", 'a' + (char) ((start + i) % 6),
                              values[g_rand_int_range (rand, 0, G_N_ELEMENTS (values))]);
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

static char *
dup_member (const char *body,
            const char *name)
{
  g_autoptr (GArray) members = tally_json_text_members (body, -1, NULL);
  const TallyJsonMember *member = tally_json_members_find (members, name);

  return member != NULL ? tally_json_span_dup (&member->value) : NULL;
}

static gboolean
same_value (const char *a,
            const char *b)
{
  return a == NULL || b == NULL ? a == b : tally_json_text_equal (a, -1, b, -1);
}

/* Each member of a merge obeys the rule, read off the three bodies one by one. */
static void
check_by_the_rule (const char       *base,
                   const char       *local,
                   const char       *server,
                   const TallyMerge *merge)
{
  gboolean conflict = FALSE;

  for (char c = 'a'; c < 'g'; c++)
    {
      char name[] = { c, '\0' };
      g_autofree char *b = dup_member (base, name);
      g_autofree char *l = dup_member (local, name);
      g_autofree char *s = dup_member (server, name);
      const char *wanted = same_value (l, b) ? s : l;
      g_autofree char *got = merge->body != NULL ? dup_member (merge->body, name) : NULL;

      if (!same_value (l, s) && !same_value (l, b) && !same_value (s, b))
        conflict = TRUE;
      else if (merge->body != NULL)
        {
          g_assert_true (same_value (got, wanted));
          /* no value that nobody wrote */
          g_assert_true (got == NULL || g_strcmp0 (got, l) == 0 || g_strcmp0 (got, s) == 0);
        }
    }

  g_assert_cmpint (merge->kind, ==, conflict ? TALLY_CONFLICT_EDIT : TALLY_CONFLICT_NONE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *base_body = make_body (rand);
      g_autofree char *local_body = make_body (rand);
      g_autofree char *server_body = make_body (rand);
      g_autoptr (TallyRevision) base = make ("1-a", base_body, NULL);
      g_autoptr (TallyRevision) local = make ("2-l", local_body, NULL);
      g_autoptr (TallyRevision) server = make ("2-s", server_body, NULL);
      g_autoptr (TallyMerge) merge = tally_merge_three_way (base, local, server);
      g_autoptr (TallyMerge) mirror = tally_merge_three_way (base, server, local);

      check_by_the_rule (base_body, local_body, server_body, merge);
      g_assert_cmpint (merge->kind, ==, mirror->kind);
      if (merge->body != NULL)
        {
          g_autofree char *compact = tally_json_text_compact (merge->body, -1, NULL);
          g_autofree char *built = tally_merge_build (base, local, server, NULL, NULL);

          g_assert_cmpstr (compact, ==, merge->body);
          g_assert_true (tally_json_text_equal (merge->body, -1, mirror->body, -1));
          g_assert_true (tally_json_text_equal (merge->body, -1, built, -1));
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/merge/merge/members", test_members);
  g_test_add_func ("/merge/merge/odd-names", test_odd_names);
  g_test_add_func ("/merge/merge/deletions", test_deletions);
  g_test_add_func ("/merge/merge/without-base", test_without_base);
  g_test_add_func ("/merge/merge/side-is-base", test_side_is_base);
  g_test_add_func ("/merge/merge/attachments", test_attachments);
  g_test_add_func ("/merge/merge/build", test_build);
  g_test_add_func ("/merge/merge/build-errors", test_build_errors);
  g_test_add_func ("/merge/merge/random", test_random);

  return g_test_run ();
}
