/* test-handler.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "server/tally-server-handler.h"

#include "lib/tally-fake-clock.h"

#include <glib/gstdio.h>
#include <string.h>

#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C32 "cccccccccccccccccccccccccccccccc"
#define D32 "dddddddddddddddddddddddddddddddd"

typedef struct
{
  char               *folder;
  TallyFakeClock     *clock;
  GRand              *rand;
  TallyServerHandler *handler;
  GString            *changed;   /* names from "changed", each with a space behind it */
} Fixture;

static void
changed_cb (TallyServerHandler *handler,
            const char         *name,
            GString            *changed)
{
  g_string_append_printf (changed, "%s ", name);
}

static void
open_handler (Fixture *fixture)
{
  TallyServerOptions options = { .folder = fixture->folder };

  fixture->handler = tally_server_handler_new (&options, TALLY_CLOCK (fixture->clock),
                                               fixture->rand);
  g_signal_connect (fixture->handler, "changed", G_CALLBACK (changed_cb), fixture->changed);
}

/* Asks, expects @status, returns the whole body. */
static char *
ask_bytes (Fixture    *fixture,
           const char *method,
           const char *target,
           const char *json,
           gsize       length,
           guint       status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyServerRequest) request = tally_server_request_new (method, target, &error);
  g_autoptr (TallyServerReply) reply = NULL;
  g_autoptr (GBytes) sent = json != NULL ? g_bytes_new (json, length) : NULL;
  g_autoptr (GBytes) body = NULL;
  char *text;

  g_assert_no_error (error);
  tally_server_request_set_header (request, "Content-Type", "application/json");
  tally_server_request_set_body (request, sent);
  reply = tally_server_handler_handle (fixture->handler, request);
  body = tally_server_reply_drain (reply, &error);
  g_assert_no_error (error);

  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  if (reply->status != status)
    g_error ("%s %s: %u instead of %u: %s", method, target, reply->status, status, text);

  return text;
}

static char *
ask (Fixture    *fixture,
     const char *method,
     const char *target,
     const char *json,
     guint       status)
{
  return ask_bytes (fixture, method, target, json, json != NULL ? strlen (json) : 0, status);
}

static void
expect (Fixture    *fixture,
        const char *method,
        const char *target,
        const char *json,
        guint       status,
        const char *part)
{
  g_autofree char *text = ask (fixture, method, target, json, status);

  if (strstr (text, part) == NULL)
    g_error ("%s %s: no %s in %s", method, target, part, text);
}

static void
expect_not (Fixture    *fixture,
            const char *method,
            const char *target,
            const char *json,
            guint       status,
            const char *part)
{
  g_autofree char *text = ask (fixture, method, target, json, status);

  if (strstr (text, part) != NULL)
    g_error ("%s %s: %s in %s", method, target, part, text);
}

/* The text between "@before" and the next quote. */
static char *
cut (const char *text,
     const char *before)
{
  const char *start = strstr (text, before);

  g_assert_nonnull (start);
  start += strlen (before);

  return g_strndup (start, strcspn (start, "\""));
}

/* Stores one document, returns its revision. */
static char *
put (Fixture    *fixture,
     const char *target,
     const char *json)
{
  g_autofree char *text = ask (fixture, "PUT", target, json, 201);

  return cut (text, "\"rev\":\"");
}

static char *
last_seq (Fixture *fixture)
{
  g_autofree char *text = ask (fixture, "GET", "/shop", NULL, 200);

  return cut (text, "\"update_seq\":\"");
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("tally-server-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->clock = tally_fake_clock_new ();
  fixture->rand = g_rand_new_with_seed (1);
  fixture->changed = g_string_new (NULL);
  open_handler (fixture);
  expect (fixture, "PUT", "/shop", NULL, 201, "\"ok\":true");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  g_assert_finalize_object (fixture->handler);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_rand_free (fixture->rand);
  g_string_free (fixture->changed, TRUE);
  g_assert_finalize_object (fixture->clock);
}

static void
test_server (Fixture       *fixture,
             gconstpointer  data)
{
  expect (fixture, "GET", "/", NULL, 200, "\"couchdb\":\"Welcome\"");
  expect (fixture, "GET", "/", NULL, 200, "\"name\":\"Tallystick\"");
  expect (fixture, "GET", "/_session", NULL, 200,
          "\"userCtx\":{\"name\":null,\"roles\":[\"_admin\"]}");
  expect (fixture, "POST", "/_session", "{\"name\":\"a\",\"password\":\"b\"}", 200, "\"ok\":true");
  expect (fixture, "DELETE", "/_session", NULL, 200, "\"ok\":true");
  expect (fixture, "GET", "/_up", NULL, 200, "\"ok\"");
  expect (fixture, "GET", "/_uuids?count=2", NULL, 200, "\"uuids\":[\"");
  expect (fixture, "GET", "/_uuids?count=x", NULL, 400, "bad_request");
  expect (fixture, "GET", "/_all_dbs", NULL, 200, "[\"shop\"]");
  expect (fixture, "POST", "/", "{}", 405, "method_not_allowed");
  expect (fixture, "DELETE", "/_up", NULL, 405, "method_not_allowed");
  expect (fixture, "GET", "/_nothing", NULL, 404, "not_found");
}

static void
test_database (Fixture       *fixture,
               gconstpointer  data)
{
  expect (fixture, "PUT", "/shop", NULL, 412, "\"error\":\"file_exists\"");
  expect (fixture, "PUT", "/Shop", NULL, 400, "\"error\":\"illegal_database_name\"");
  expect (fixture, "PUT", "/_users", NULL, 400, "illegal_database_name");
  expect (fixture, "PUT", "/..%2Fshop", NULL, 400, "illegal_database_name");
  expect (fixture, "PUT", "/a%2Fb%2b1", NULL, 201, "ok");
  expect (fixture, "GET", "/a%2Fb%2B1", NULL, 200, "\"db_name\":\"a/b+1\"");
  expect (fixture, "GET", "/_all_dbs", NULL, 200, "[\"a/b+1\",\"shop\"]");

  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_count\":0");
  expect (fixture, "GET", "/none", NULL, 404, "\"error\":\"not_found\"");
  expect (fixture, "PUT", "/none/a", "{}", 404, "Database does not exist");
  expect (fixture, "DELETE", "/none", NULL, 404, "not_found");
  expect (fixture, "PATCH", "/shop", NULL, 405, "method_not_allowed");
  expect (fixture, "POST", "/shop/_ensure_full_commit", NULL, 201, "instance_start_time");
  expect (fixture, "GET", "/shop/_revs_limit", NULL, 200, "1000");
  expect (fixture, "GET", "/shop/_security", NULL, 200, "{}");
  expect (fixture, "GET", "/shop/_view", NULL, 404, "not_found");

  expect (fixture, "PUT", "/shop/a", "{\"n\":1}", 201, "\"id\":\"a\"");
  expect (fixture, "DELETE", "/shop", NULL, 200, "ok");
  expect (fixture, "GET", "/shop", NULL, 404, "not_found");
  expect (fixture, "PUT", "/shop", NULL, 201, "ok");
  expect (fixture, "GET", "/shop/a", NULL, 404, "missing");
  g_assert_cmpstr (fixture->changed->str, ==, "shop shop ");
}

static void
test_document (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *first = put (fixture, "/shop/a", "{\"n\":1}");
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *edit = g_strdup_printf ("{\"_id\":\"a\",\"_rev\":\"%s\",\"n\":2}", first);
  g_autofree char *by_rev = g_strdup_printf ("/shop/a?rev=%s", first);
  g_autofree char *target = NULL;
  g_autofree char *status = NULL;

  expect (fixture, "PUT", "/shop/a", "{\"n\":2}", 409,
          "{\"error\":\"conflict\",\"reason\":\"Document update conflict.\"}");
  expect (fixture, "PUT", "/shop/b", edit, 400, "Document ID must match");
  second = put (fixture, "/shop/a", edit);
  g_assert_true (g_str_has_prefix (second, "2-"));
  expect (fixture, "PUT", "/shop/a", edit, 409, "conflict");

  expect (fixture, "GET", "/shop/a", NULL, 200, "\"n\":2}");
  expect (fixture, "GET", by_rev, NULL, 200, "\"n\":1}");
  status = g_strdup_printf ("{\"rev\":\"%s\",\"status\":\"available\"}", first);
  expect (fixture, "GET", "/shop/a?revs_info=true", NULL, 200, status);
  expect (fixture, "GET", "/shop/a?revs=true", NULL, 200, "\"_revisions\":{\"start\":2,\"ids\":[");
  expect (fixture, "GET", "/shop/a?local_seq=true", NULL, 200, "\"_local_seq\":\"2-");
  expect (fixture, "GET", "/shop/a?revs=maybe", NULL, 400, "revs");
  expect (fixture, "GET", "/shop/a?rev=7-" A32, NULL, 404, "missing");

  expect (fixture, "DELETE", "/shop/a", NULL, 409, "conflict");
  expect (fixture, "DELETE", "/shop/a?rev=nonsense", NULL, 400, "Invalid rev format");
  expect (fixture, "DELETE", by_rev, NULL, 409, "conflict");
  target = g_strdup_printf ("/shop/a?rev=%s", second);
  expect (fixture, "DELETE", target, NULL, 200, "\"rev\":\"3-");
  expect (fixture, "GET", "/shop/a", NULL, 404, "{\"error\":\"not_found\",\"reason\":\"deleted\"}");
  expect (fixture, "DELETE", "/shop/a", NULL, 404, "deleted");
  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_del_count\":1");

  /* Born again, as the child of its tombstone. */
  third = put (fixture, "/shop/a", "{\"n\":3}");
  g_assert_true (g_str_has_prefix (third, "4-"));
  expect (fixture, "POST", "/shop", "{\"n\":4}", 201, "\"rev\":\"1-");
  expect (fixture, "POST", "/shop", "[]", 400, "bad_request");
  expect (fixture, "PUT", "/shop/_odd", "{}", 404, "not_found");
  expect (fixture, "POST", "/shop", "{\"_id\":\"_odd\"}", 400, "underscore");
  expect (fixture, "PUT", "/shop/_design/x", "{\"views\":{}}", 201, "\"id\":\"_design/x\"");
  expect (fixture, "GET", "/shop/_design%2Fx", NULL, 200, "\"views\":{}");
  expect (fixture, "POST", "/shop/a", "{}", 405, "method_not_allowed");
}

/* A tombstone may say why. */
static void
test_tombstone_body (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *first = put (fixture, "/shop/a", "{\"n\":1}");
  g_autofree char *edit = g_strdup_printf ("{\"_rev\":\"%s\",\"_deleted\":true,\"why\":\"x\"}", first);
  g_autofree char *second = put (fixture, "/shop/a", edit);
  g_autofree char *target = g_strdup_printf ("/shop/a?rev=%s", second);

  expect (fixture, "GET", target, NULL, 200, "\"_deleted\":true,\"why\":\"x\"}");
  expect (fixture, "GET", "/shop/a", NULL, 404, "deleted");
}

/* Every body comes back byte for byte, every id as it was. */
static void
test_odd_bodies (Fixture       *fixture,
                 gconstpointer  data)
{
  static const char * const bodies[] = {
    "{\"n\":12345678901234567890123}",
    "{\"n\":1.0,\"m\":-0.0,\"o\":1e21,\"p\":1E+400}",
    "{\"s\":\"a\\u0000b\",\"k\\u0000\":1}",
    "{\"s\":\"\\ud83d\\ude00 \xf0\x9f\x98\x80 \\/ \\u00e9\"}",
    "{\"b\":1,\"a\":2}",
    "{\"rev\":\"mine\",\"id\":7}",
    "{}",
  };
  static const char * const keys[] = {
    "a%2Fb", "line%0Abreak", "caf%C3%A9", "cafe%CC%81", "a+b", "a%20b", "%22quoted%22", "%F0%9F%98%80",
  };
  GString *deep = g_string_new ("{\"deep\":");

  for (guint i = 0; i < 900; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < 900; i++)
    g_string_append_c (deep, ']');
  g_string_append_c (deep, '}');

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint j = 0; j <= G_N_ELEMENTS (bodies); j++)
      {
        const char *body = j < G_N_ELEMENTS (bodies) ? bodies[j] : deep->str;
        g_autofree char *target = g_strdup_printf ("/shop/%s.%u", keys[i], j);
        g_autofree char *rev = put (fixture, target, body);
        g_autofree char *end = g_strconcat ("\"_rev\":\"", rev, "\"", body[1] == '}' ? "" : ",",
                                            body + 1, NULL);

        expect (fixture, "GET", target, NULL, 200, end);
      }

  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_count\":64");
  expect (fixture, "GET", "/shop/_all_docs", NULL, 200, "{\"id\":\"line\\nbreak.0\"");
  expect (fixture, "PUT", "/shop/x", "{\"a\":1,\"a\":2}", 400, "bad_request");
  expect (fixture, "PUT", "/shop/x", "{\"a\":\"\xff\"}", 400, "bad_request");
  expect (fixture, "PUT", "/shop/x", "{\"a\":1", 400, "bad_request");
  expect (fixture, "PUT", "/shop/x", "", 400, "bad_request");
  expect (fixture, "PUT", "/shop/x", "{\"_strange\":1}", 400, "bad_request");
  g_string_free (deep, TRUE);
}

static void
test_attachments (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char with[] =
    "{\"_id\":\"a\",\"_attachments\":{\"x\":{\"data\":\"aGk=\",\"content_type\":\"text/plain\"}}}";
  g_autofree char *bulk = g_strdup_printf ("{\"docs\":[%s,{\"_id\":\"b\"}]}", with);

  expect (fixture, "PUT", "/shop/a", with, 415, "\"error\":\"attachments_not_supported\"");
  expect (fixture, "PUT", "/shop/b/x.txt", "{}", 415, "attachments_not_supported");
  expect (fixture, "GET", "/shop/b/x.txt", NULL, 404, "not_found");
  expect (fixture, "POST", "/shop/_bulk_docs", bulk, 201,
          "{\"id\":\"a\",\"error\":\"attachments_not_supported\"");
  expect (fixture, "GET", "/shop/a", NULL, 404, "missing");
  expect (fixture, "GET", "/shop/b", NULL, 200, "\"_id\":\"b\"");
  expect (fixture, "PUT", "/shop/c", "{\"_attachments\":{}}", 201, "ok");
}

static void
test_bulk_docs (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *text = NULL;

  text = ask (fixture, "POST", "/shop/_bulk_docs",
              "{\"docs\":[{\"_id\":\"a\",\"n\":1},{\"n\":2},{\"_id\":\"a\",\"n\":3},7,"
              "{\"_id\":\"\\u0000\"}]}", 201);
  g_assert_true (g_str_has_prefix (text, "[{\"ok\":true,\"id\":\"a\",\"rev\":\"1-"));
  g_assert_nonnull (strstr (text, "\"id\":\"a\",\"error\":\"conflict\""));
  g_assert_nonnull (strstr (text, "{\"id\":null,\"error\":\"bad_request\""));
  g_assert_nonnull (strstr (text, "{\"id\":\"\\u0000\",\"error\":\"bad_request\""));
  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_count\":2");
  g_assert_cmpstr (fixture->changed->str, ==, "shop ");

  expect (fixture, "POST", "/shop/_bulk_docs", "{\"docs\":[]}", 201, "[]");
  expect (fixture, "POST", "/shop/_bulk_docs", "{}", 400, "docs");
  expect (fixture, "POST", "/shop/_bulk_docs", "{\"docs\":[{}],\"new_edits\":1}", 400, "new_edits");
  expect (fixture, "POST", "/shop/_bulk_docs", "{\"docs\":[{\"_id\":\"q\"},{]}", 400, "bad_request");
  expect (fixture, "GET", "/shop/q", NULL, 404, "missing");
  expect (fixture, "GET", "/shop/_bulk_docs", NULL, 405, "method_not_allowed");
}

#define FORK(rev, rest) "{\"_id\":\"f\",\"_rev\":\"" rev "\"," rest "}"

/* a - b - d
 *   \ c          and then the winner's tombstone */
static void
make_fork (Fixture *fixture)
{
  static const char docs[] =
    "{\"new_edits\":false,\"docs\":["
    FORK ("2-" B32, "\"_revisions\":{\"start\":2,\"ids\":[\"" B32 "\",\"" A32 "\"]},\"x\":\"b\"") ","
    FORK ("2-" C32, "\"_revisions\":{\"start\":2,\"ids\":[\"" C32 "\",\"" A32 "\"]},\"x\":\"c\"") ","
    FORK ("3-" D32, "\"_revisions\":{\"start\":3,\"ids\":[\"" D32 "\",\"" B32 "\"]},\"x\":\"d\"")
    "]}";

  expect (fixture, "POST", "/shop/_bulk_docs", docs, 201, "[]");
}

static void
test_replicated (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  make_fork (fixture);
  before = last_seq (fixture);
  make_fork (fixture);
  after = last_seq (fixture);
  g_assert_cmpstr (before, ==, after);

  expect (fixture, "GET", "/shop/f?conflicts=true&revs=true", NULL, 200,
          "{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"_revisions\":{\"start\":3,\"ids\":[\"" D32 "\",\""
          B32 "\",\"" A32 "\"]},\"_conflicts\":[\"2-" C32 "\"],\"x\":\"d\"}");
  expect (fixture, "GET", "/shop/f?open_revs=all", NULL, 200,
          "[{\"ok\":{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"x\":\"d\"}},{\"ok\":{");
  expect (fixture, "GET", "/shop/f?open_revs=%5B%222-" B32 "%22,%227-" B32 "%22%5D", NULL, 200,
          "[{\"ok\":{\"_id\":\"f\",\"_rev\":\"2-" B32 "\",\"x\":\"b\"}},{\"missing\":\"7-" B32 "\"}]");
  expect (fixture, "GET", "/shop/f?open_revs=%5B%222-" B32 "%22%5D&latest=true", NULL, 200,
          "\"_rev\":\"3-" D32 "\"");
  expect (fixture, "GET", "/shop/f?open_revs=%5B%227-" B32 "%22%5D&latest=true", NULL, 200,
          "[{\"missing\":\"7-" B32 "\"}]");
  expect (fixture, "GET", "/shop/f?rev=2-" B32 "&latest=true", NULL, 200, "\"x\":\"d\"");
  expect (fixture, "GET", "/shop/none?open_revs=all", NULL, 404, "missing");
  expect (fixture, "GET", "/shop/none?open_revs=%5B%221-" A32 "%22%5D", NULL, 200, "{\"missing\":");
  expect (fixture, "GET", "/shop/f?open_revs=x", NULL, 400, "bad_request");

  /* 1-a was never here, only its name. */
  expect (fixture, "GET", "/shop/f?rev=1-" A32, NULL, 404, "missing");
  expect (fixture, "GET", "/shop/f?revs_info=true", NULL, 200,
          "{\"rev\":\"1-" A32 "\",\"status\":\"missing\"}");

  expect (fixture, "DELETE", "/shop/f?rev=3-" D32, NULL, 200, "\"rev\":\"4-");
  expect (fixture, "GET", "/shop/f?deleted_conflicts=true", NULL, 200,
          "{\"_id\":\"f\",\"_rev\":\"2-" C32 "\",\"_deleted_conflicts\":[\"4-");
  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_count\":1,\"doc_del_count\":0");

  expect (fixture, "POST", "/shop/_bulk_docs",
          "{\"new_edits\":false,\"docs\":[{\"_id\":\"g\"},{\"_id\":\"h\",\"_rev\":\"x\"}]}", 201,
          "{\"id\":\"g\",\"error\":\"bad_request\"");
  expect (fixture, "PUT", "/shop/p?new_edits=false", "{\"_rev\":\"5-" A32 "\"}", 201,
          "\"rev\":\"5-" A32 "\"");
}

/* A revision that is known comes again, and now says where it came from. */
static void
test_late_history (Fixture       *fixture,
                   gconstpointer  data)
{
  expect (fixture, "PUT", "/shop/f?new_edits=false", "{\"_rev\":\"1-" A32 "\",\"x\":\"a\"}", 201, A32);
  expect (fixture, "PUT", "/shop/f?new_edits=false", "{\"_rev\":\"3-" D32 "\",\"x\":\"d\"}", 201, D32);
  expect (fixture, "GET", "/shop/f?conflicts=true", NULL, 200, "\"_conflicts\":[\"1-" A32 "\"]");

  expect (fixture, "POST", "/shop/_bulk_docs",
          "{\"new_edits\":false,\"docs\":[{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"_revisions\":"
          "{\"start\":3,\"ids\":[\"" D32 "\",\"" B32 "\",\"" A32 "\"]},\"x\":\"d\"}]}", 201, "[]");
  expect (fixture, "GET", "/shop/f?conflicts=true&revs=true", NULL, 200,
          "{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"_revisions\":{\"start\":3,\"ids\":[\"" D32 "\",\""
          B32 "\",\"" A32 "\"]},\"x\":\"d\"}");
}

static void
test_bulk_get (Fixture       *fixture,
               gconstpointer  data)
{
  make_fork (fixture);
  expect (fixture, "POST", "/shop/_bulk_get", "{\"docs\":[]}", 200, "{\"results\":[");
  expect (fixture, "POST", "/shop/_bulk_get?revs=true", "{\"docs\":[{\"id\":\"f\"}]}", 200,
          "\"_revisions\":{\"start\":2,\"ids\":[\"" C32 "\",\"" A32 "\"]}");
  expect (fixture, "POST", "/shop/_bulk_get?latest=true",
          "{\"docs\":[{\"id\":\"f\",\"rev\":\"2-" B32 "\"}]}", 200,
          "{\"id\":\"f\",\"docs\":[{\"ok\":{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"x\":\"d\"}}]}");
  expect (fixture, "POST", "/shop/_bulk_get", "{\"docs\":[{\"id\":\"f\",\"rev\":\"1-" A32 "\"}]}", 200,
          "{\"error\":{\"id\":\"f\",\"rev\":\"1-" A32 "\",\"error\":\"not_found\"");
  expect (fixture, "POST", "/shop/_bulk_get", "{\"docs\":[{\"id\":\"no\"}]}", 200, "not_found");
  expect (fixture, "POST", "/shop/_bulk_get", "{\"docs\":[{},7,{\"id\":\"\\u0000\"}]}", 200,
          "bad_request");
  expect (fixture, "POST", "/shop/_bulk_get", "{}", 400, "docs");
  expect (fixture, "POST", "/shop/_bulk_get", "", 400, "bad_request");
}

static void
test_revs_diff (Fixture       *fixture,
                gconstpointer  data)
{
  make_fork (fixture);
  expect (fixture, "POST", "/shop/_revs_diff", "{}", 200, "{}");
  expect (fixture, "POST", "/shop/_revs_diff",
          "{\"f\":[\"3-" D32 "\",\"1-" A32 "\",\"3-" A32 "\"],\"n/\\n\":[\"1-" A32 "\"]}", 200,
          "{\"f\":{\"missing\":[\"3-" A32 "\"],\"possible_ancestors\":[\"2-" C32 "\"]},"
          "\"n/\\n\":{\"missing\":[\"1-" A32 "\"]}}");
  expect (fixture, "POST", "/shop/_missing_revs", "{\"f\":[\"3-" A32 "\"]}", 200,
          "{\"missing_revs\":{\"f\":[\"3-" A32 "\"]}}");
  expect (fixture, "POST", "/shop/_revs_diff", "{\"f\":[\"x\"]}", 400, "Invalid rev format");
  expect (fixture, "POST", "/shop/_revs_diff", "{\"f\":7}", 400, "bad_request");
  expect (fixture, "POST", "/shop/_revs_diff", "[]", 400, "bad_request");
}

static void
test_local (Fixture       *fixture,
            gconstpointer  data)
{
  expect (fixture, "GET", "/shop/_local/c", NULL, 404, "missing");
  expect (fixture, "PUT", "/shop/_local/c", "{\"_id\":\"_local/c\",\"n\":1.0}", 201,
          "{\"ok\":true,\"id\":\"_local/c\",\"rev\":\"0-1\"}");
  expect (fixture, "GET", "/shop/_local/c", NULL, 200,
          "{\"_id\":\"_local/c\",\"_rev\":\"0-1\",\"n\":1.0}");
  expect (fixture, "PUT", "/shop/_local/c", "{\"n\":2}", 409, "conflict");
  expect (fixture, "PUT", "/shop/_local/c", "{\"_rev\":\"0-1\",\"n\":2}", 201, "0-2");
  expect (fixture, "PUT", "/shop/_local/c", "{\"_rev\":\"0-1\",\"n\":3}", 409, "conflict");
  expect (fixture, "PUT", "/shop/_local/c", "{\"_rev\":\"1-x\"}", 400, "Invalid rev");
  expect (fixture, "DELETE", "/shop/_local/c", NULL, 409, "conflict");
  expect (fixture, "GET", "/shop", NULL, 200, "\"doc_count\":0");
  expect (fixture, "DELETE", "/shop/_local/c?rev=0-2", NULL, 200, "ok");
  expect (fixture, "GET", "/shop/_local/c", NULL, 404, "missing");
  expect (fixture, "DELETE", "/shop/_local/c", NULL, 404, "missing");
  expect (fixture, "POST", "/shop/_local/c", "{}", 405, "method_not_allowed");
  g_assert_cmpstr (fixture->changed->str, ==, "");
}

static void
test_all_docs (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *rev = NULL;
  g_autofree char *target = NULL;
  g_autofree char *text = NULL;

  make_fork (fixture);
  expect (fixture, "POST", "/shop/_bulk_docs",
          "{\"docs\":[{\"_id\":\"a\",\"n\":1},{\"_id\":\"b\"},{\"_id\":\"c\"},{\"_id\":\"\xc3\xa9\"}]}",
          201, "ok");
  text = ask (fixture, "GET", "/shop/b", NULL, 200);
  rev = cut (text, "\"_rev\":\"");
  target = g_strdup_printf ("/shop/b?rev=%s", rev);
  expect (fixture, "DELETE", target, NULL, 200, "ok");

  expect (fixture, "GET", "/shop/_all_docs", NULL, 200, "{\"total_rows\":4,\"offset\":0,\"rows\":[\n"
          "{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-");
  expect_not (fixture, "GET", "/shop/_all_docs", NULL, 200, "\"b\"");
  expect (fixture, "GET", "/shop/_all_docs?include_docs=true&conflicts=true", NULL, 200,
          "\"doc\":{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"_conflicts\":[\"2-" C32 "\"],\"x\":\"d\"}");
  expect (fixture, "GET", "/shop/_all_docs?startkey=%22b%22&endkey=%22c%22", NULL, 200,
          "\"offset\":1,\"rows\":[\n{\"id\":\"c\"");
  expect_not (fixture, "GET", "/shop/_all_docs?start_key=%22b%22&end_key=%22c%22&inclusive_end=false",
              NULL, 200, "\"id\"");
  expect (fixture, "GET", "/shop/_all_docs?descending=true&limit=1", NULL, 200, "\"id\":\"\xc3\xa9\"");
  expect (fixture, "GET", "/shop/_all_docs?descending=true&startkey=%22d%22&endkey=%22a%22&limit=1",
          NULL, 200, "\"offset\":2,\"rows\":[\n{\"id\":\"c\"");
  expect (fixture, "GET", "/shop/_all_docs?skip=3&update_seq=true", NULL, 200, "\"update_seq\":\"");
  expect_not (fixture, "GET", "/shop/_all_docs?limit=0", NULL, 200, "\"id\"");
  expect (fixture, "GET", "/shop/_all_docs?key=%22c%22", NULL, 200, "[\n{\"id\":\"c\"");
  expect (fixture, "GET", "/shop/_all_docs?keys=%5B%22c%22%5D", NULL, 200, "[\n{\"id\":\"c\"");
  expect (fixture, "POST", "/shop/_all_docs?include_docs=true",
          "{\"keys\":[\"none\",\"b\",\"a\"]}", 200, "{\"key\":\"none\",\"error\":\"not_found\"},\n"
          "{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"2-");
  expect (fixture, "POST", "/shop/_all_docs?include_docs=true", "{\"keys\":[\"b\",\"a\"]}", 200,
          "\"deleted\":true},\"doc\":null}");
  expect (fixture, "POST", "/shop/_all_docs", "{}", 200, "\"id\":\"a\"");
  expect (fixture, "GET", "/shop/_all_docs?limit=-1", NULL, 400, "limit");
  expect (fixture, "GET", "/shop/_all_docs?startkey=a", NULL, 400, "startkey");
}

static guint
count (const char *text,
       const char *part)
{
  guint n = 0;

  while ((text = strstr (text, part)) != NULL)
    {
      n++;
      text += strlen (part);
    }

  return n;
}

/* More than a page of rows, and more than a chunk of bytes. */
static void
test_pages (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GString) docs = g_string_new ("{\"docs\":[");
  g_autofree char *padding = g_strnfill (400, 'x');
  static const struct
  {
    const char *target;
    guint       n_rows;
  } listings[] = {
    { "/shop/_all_docs", 1200 },
    { "/shop/_all_docs?include_docs=true&descending=true", 1200 },
    { "/shop/_all_docs?startkey=%220100%22&endkey=%221099%22&skip=300", 700 },
    { "/shop/_all_docs?limit=500", 500 },
    { "/shop/_changes", 1200 },
    { "/shop/_changes?include_docs=true&descending=true", 1200 },
    { "/shop/_changes?limit=500", 500 },
  };

  for (guint i = 0; i < 1200; i++)
    g_string_append_printf (docs, "%s{\"_id\":\"%04u\",\"p\":\"%s\"}", i > 0 ? "," : "", i, padding);
  g_string_append (docs, "]}");
  expect (fixture, "POST", "/shop/_bulk_docs", docs->str, 201, "ok");

  for (guint i = 0; i < G_N_ELEMENTS (listings); i++)
    {
      g_autofree char *text = ask (fixture, "GET", listings[i].target, NULL, 200);

      g_assert_cmpuint (count (text, "{\"rev\":"), ==, listings[i].n_rows);
    }
  expect (fixture, "GET", "/shop/_changes?limit=500", NULL, 200, "\"pending\":700}");
}

static void
test_changes (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *seq = NULL;
  g_autofree char *since = NULL;
  g_autofree char *foreign = NULL;

  make_fork (fixture);
  expect (fixture, "GET", "/shop/_changes", NULL, 200,
          "{\"results\":[\n{\"seq\":\"3-");
  expect (fixture, "GET", "/shop/_changes", NULL, 200,
          "\"id\":\"f\",\"changes\":[{\"rev\":\"3-" D32 "\"}]}");
  expect (fixture, "GET", "/shop/_changes?style=all_docs", NULL, 200,
          "\"changes\":[{\"rev\":\"3-" D32 "\"},{\"rev\":\"2-" C32 "\"}]}");
  expect (fixture, "GET", "/shop/_changes?include_docs=true&conflicts=true", NULL, 200,
          "\"doc\":{\"_id\":\"f\",\"_rev\":\"3-" D32 "\",\"_conflicts\":[\"2-" C32 "\"],\"x\":\"d\"}}");

  seq = last_seq (fixture);
  since = g_strdup_printf ("/shop/_changes?since=%s", seq);
  expect (fixture, "GET", since, NULL, 200, "{\"results\":[\n\n],\n\"last_seq\":\"");
  expect (fixture, "GET", "/shop/_changes?since=now", NULL, 200, "\"pending\":0}");
  expect (fixture, "GET", "/shop/_changes?since=0&limit=0", NULL, 200, "\"pending\":1}");
  expect (fixture, "PUT", "/shop/a", "{}", 201, "ok");
  expect (fixture, "GET", since, NULL, 200, "\"id\":\"a\"");
  expect_not (fixture, "GET", since, NULL, 200, "\"id\":\"f\"");
  expect (fixture, "GET", "/shop/_changes?descending=true&limit=1", NULL, 200, "\"id\":\"a\"");

  expect (fixture, "GET", "/shop/_changes?since=rubbish", NULL, 400, "Malformed sequence");
  expect (fixture, "GET", "/shop/_changes?since=2", NULL, 400, "Malformed sequence");
  expect (fixture, "GET", "/shop/_changes?feed=odd", NULL, 400, "feed");
  expect (fixture, "GET", "/shop/_changes?heartbeat=false", NULL, 400, "heartbeat");
  expect (fixture, "GET", "/shop/_changes?filter=_selector", NULL, 400, "_doc_ids");
  expect (fixture, "GET", "/shop/_changes?filter=app/mine", NULL, 404, "filter");

  expect (fixture, "POST", "/shop/_changes?filter=_doc_ids", "{\"doc_ids\":[\"a\",\"z\"]}", 200,
          "\"id\":\"a\"");
  expect_not (fixture, "POST", "/shop/_changes?filter=_doc_ids", "{\"doc_ids\":[\"a\",\"z\"]}", 200,
              "\"id\":\"f\"");
  expect (fixture, "POST", "/shop/_changes?filter=_doc_ids", "{}", 400, "doc_ids");

  /* A sequence of the database that had the name before: everything again. */
  expect (fixture, "DELETE", "/shop", NULL, 200, "ok");
  expect (fixture, "PUT", "/shop", NULL, 201, "ok");
  expect (fixture, "PUT", "/shop/n", "{}", 201, "ok");
  expect (fixture, "GET", since, NULL, 200, "\"id\":\"n\"");
}

static TallyServerReply *
open_feed (Fixture    *fixture,
           const char *target)
{
  g_autoptr (TallyServerRequest) request = tally_server_request_new ("GET", target, NULL);
  TallyServerReply *reply = tally_server_handler_handle (fixture->handler, request);

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_nonnull (reply->producer);

  return reply;
}

/* Expects a piece with @part in it. */
static void
expect_chunk (TallyServerReply *reply,
              const char       *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = NULL;
  g_autofree char *text = NULL;
  gint64 wake_us;

  g_assert_cmpint (tally_server_producer_next (reply->producer, &chunk, &wake_us, &error), ==,
                   TALLY_SERVER_PRODUCER_CHUNK);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
  if (strstr (text, part) == NULL)
    g_error ("no %s in %s", part, text);
}

static void
expect_step (TallyServerReply        *reply,
             TallyServerProducerStep  step,
             gint64                   wake_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = NULL;
  gint64 given_us;

  g_assert_cmpint (tally_server_producer_next (reply->producer, &chunk, &given_us, &error), ==, step);
  g_assert_no_error (error);
  g_assert_cmpint (given_us, ==, wake_us);
}

static void
test_longpoll (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (TallyServerReply) reply = open_feed (fixture, "/shop/_changes?feed=longpoll&timeout=9000");
  g_autoptr (TallyServerReply) late = NULL;
  g_autoptr (TallyServerReply) beating = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = tally_clock_now_us (TALLY_CLOCK (fixture->clock));

  expect_chunk (reply, "{\"results\":[\n");
  expect_step (reply, TALLY_SERVER_PRODUCER_WAIT, now + 9000000);
  g_assert_null (tally_server_reply_drain (reply, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  expect (fixture, "PUT", "/shop/a", "{}", 201, "ok");
  g_assert_cmpstr (fixture->changed->str, ==, "shop ");
  expect_chunk (reply, "\"id\":\"a\"");
  expect_step (reply, TALLY_SERVER_PRODUCER_END, -1);

  /* What is there already is told at once. */
  expect (fixture, "GET", "/shop/_changes?feed=longpoll", NULL, 200, "\"id\":\"a\"");

  late = open_feed (fixture, "/shop/_changes?feed=longpoll&since=now&timeout=9000");
  expect_chunk (late, "{\"results\":[\n");
  tally_fake_clock_advance (fixture->clock, 9000000);
  expect_chunk (late, "\n],\n\"last_seq\":\"1-");
  expect_step (late, TALLY_SERVER_PRODUCER_END, -1);

  beating = open_feed (fixture, "/shop/_changes?feed=longpoll&since=now&heartbeat=1000&timeout=10");
  now = tally_clock_now_us (TALLY_CLOCK (fixture->clock));
  expect_chunk (beating, "{\"results\":[\n");
  expect_step (beating, TALLY_SERVER_PRODUCER_WAIT, now + 1000000);
  tally_fake_clock_advance (fixture->clock, 1000000);
  expect_chunk (beating, "\n");
  expect_step (beating, TALLY_SERVER_PRODUCER_WAIT, now + 2000000);
  expect (fixture, "DELETE", "/shop", NULL, 200, "ok");
  expect_chunk (beating, "\"last_seq\"");
  expect_step (beating, TALLY_SERVER_PRODUCER_END, -1);
}

static void
test_streams (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (TallyServerReply) lines = NULL;
  g_autoptr (TallyServerReply) events = NULL;
  gint64 now = tally_clock_now_us (TALLY_CLOCK (fixture->clock));

  expect (fixture, "PUT", "/shop/a", "{}", 201, "ok");
  lines = open_feed (fixture, "/shop/_changes?feed=continuous&limit=2&timeout=1000");
  events = open_feed (fixture, "/shop/_changes?feed=eventsource&since=now&heartbeat=true");
  g_assert_cmpstr (events->content_type, ==, "text/event-stream");

  expect_chunk (lines, "\"id\":\"a\"");
  expect_step (lines, TALLY_SERVER_PRODUCER_WAIT, now + 1000000);
  expect_step (events, TALLY_SERVER_PRODUCER_WAIT, now + 60000000);
  expect (fixture, "PUT", "/shop/b", "{}", 201, "ok");
  expect_chunk (lines, "{\"last_seq\":\"2-");
  expect_step (lines, TALLY_SERVER_PRODUCER_END, -1);
  expect_chunk (events, "data: {\"seq\":\"2-");
  tally_fake_clock_advance (fixture->clock, 60000000);
  expect_chunk (events, "event: heartbeat\ndata: \n\n");
}

/* What a feed was told to reach may move on while it is read: the next one tells it. */
static void
test_feed_bound (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (TallyServerReply) reply = NULL;

  expect (fixture, "PUT", "/shop/a", "{}", 201, "ok");
  reply = open_feed (fixture, "/shop/_changes");
  expect (fixture, "PUT", "/shop/b", "{}", 201, "ok");
  expect_chunk (reply, "],\n\"last_seq\":\"1-");
  expect_step (reply, TALLY_SERVER_PRODUCER_END, -1);
}

/* The last ten inner bodies are kept, older ones are forgotten; so is history beyond 1,000. */
static void
test_bodies (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < 14; i++)
    {
      g_autofree char *json = i == 0 ? g_strdup ("{\"n\":0}")
                                     : g_strdup_printf ("{\"_rev\":\"%s\",\"n\":%u}",
                                                        (char *) g_ptr_array_index (revs, i - 1), i);

      g_ptr_array_add (revs, put (fixture, "/shop/a", json));
    }

  for (guint i = 0; i < 14; i++)
    {
      g_autofree char *target = g_strdup_printf ("/shop/a?rev=%s",
                                                 (char *) g_ptr_array_index (revs, i));

      expect (fixture, "GET", target, NULL, i < 3 ? 404 : 200, i < 3 ? "missing" : "\"n\":");
    }
}

static void
test_restart (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  make_fork (fixture);
  before = ask (fixture, "GET", "/shop", NULL, 200);
  g_assert_finalize_object (fixture->handler);
  open_handler (fixture);
  after = ask (fixture, "GET", "/shop", NULL, 200);
  g_assert_cmpstr (before, ==, after);
  expect (fixture, "GET", "/_all_dbs", NULL, 200, "[\"shop\"]");
  expect (fixture, "GET", "/shop/f?conflicts=true", NULL, 200, "\"_conflicts\":[\"2-" C32 "\"]");
}

static char *
ask_guarded (Fixture    *fixture,
             const char *method,
             const char *name,
             const char *value,
             gboolean    body,
             guint       status)
{
  g_autoptr (TallyServerRequest) request = tally_server_request_new (method, "/shop/g", NULL);
  g_autoptr (TallyServerReply) reply = NULL;
  g_autoptr (GBytes) sent = g_bytes_new_static ("{}", body ? 2 : 0);

  tally_server_request_set_header (request, "Host", "127.0.0.1:5985");
  if (name != NULL)
    tally_server_request_set_header (request, name, value);
  tally_server_request_set_body (request, sent);
  reply = tally_server_handler_handle (fixture->handler, request);
  g_assert_cmpuint (reply->status, ==, status);

  return g_strndup (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body));
}

static void
test_guard (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct
  {
    const char *method;
    const char *name;
    const char *value;
    gboolean    body;
    guint       status;
  } cases[] = {
    { "GET", NULL, NULL, FALSE, 404 },
    { "GET", "Host", "localhost:5985", FALSE, 404 },
    { "GET", "Host", "[::1]:5985", FALSE, 404 },
    { "GET", "Host", "localhost", FALSE, 403 },
    { "GET", "Host", "localhost:5986", FALSE, 403 },
    { "GET", "Host", "evil.example:5985", FALSE, 403 },
    { "GET", "Host", "127.0.0.1.evil.example:5985", FALSE, 403 },
    { "GET", "Origin", "http://localhost:5985", FALSE, 404 },
    { "GET", "Origin", "http://evil.example", FALSE, 403 },
    { "GET", "Origin", "null", FALSE, 403 },
    { "GET", "Origin", "https://localhost:5985", FALSE, 403 },
    { "GET", "Sec-Fetch-Site", "cross-site", FALSE, 403 },
    { "PUT", NULL, NULL, TRUE, 415 },
    { "PUT", "Content-Type", "text/plain", TRUE, 415 },
    { "PUT", "Content-Type", "application/x-www-form-urlencoded", TRUE, 415 },
    { "PUT", "Content-Type", "Application/JSON; charset=utf-8", TRUE, 201 },
    { "PUT", "Content-Encoding", "br", TRUE, 415 },
  };

  tally_server_handler_set_port (fixture->handler, 5985);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = ask_guarded (fixture, cases[i].method, cases[i].name, cases[i].value,
                                           cases[i].body, cases[i].status);

      g_assert_nonnull (text);
    }
}

static GBytes *
pack (const char *text,
      gsize       length)
{
  g_autoptr (GConverter) packer = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = NULL;

  packer = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  stream = g_converter_output_stream_new (memory, packer);
  g_assert_true (g_output_stream_write_all (stream, text, length, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static guint
put_packed (Fixture *fixture,
            GBytes  *packed)
{
  g_autoptr (TallyServerRequest) request = tally_server_request_new ("PUT", "/shop/z", NULL);
  g_autoptr (TallyServerReply) reply = NULL;

  tally_server_request_set_header (request, "Content-Type", "application/json");
  tally_server_request_set_header (request, "Content-Encoding", "gzip");
  tally_server_request_set_body (request, packed);
  reply = tally_server_handler_handle (fixture->handler, request);

  return reply->status;
}

static void
test_gzip (Fixture       *fixture,
           gconstpointer  data)
{
  gsize bomb_length = 65 * 1024 * 1024;
  g_autofree char *bomb = g_strnfill (bomb_length, ' ');
  g_autoptr (GBytes) good = pack ("{\"n\":1.0}", 9);
  g_autoptr (GBytes) half = g_bytes_new_from_bytes (good, 0, g_bytes_get_size (good) - 6);
  g_autoptr (GBytes) large = pack (bomb, bomb_length);

  g_assert_cmpuint (put_packed (fixture, half), ==, 400);
  g_assert_cmpuint (put_packed (fixture, large), ==, 413);
  g_assert_cmpuint (put_packed (fixture, good), ==, 201);
  expect (fixture, "GET", "/shop/z", NULL, 200, "\"n\":1.0}");
}

static void
test_too_large (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *padding = g_strnfill (8000000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"docs\":[{\"_id\":\"big\",\"p\":\"%s\"},{\"_id\":\"ok\"}]}",
                                           padding);

  expect (fixture, "POST", "/shop/_bulk_docs", json, 201,
          "{\"id\":\"big\",\"error\":\"document_too_large\"");
  expect (fixture, "GET", "/shop/ok", NULL, 200, "ok");
}

static void
test_bad_address (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char * const targets[] = { "/shop/%00", "/shop/%ff", "/shop/%zz", "/shop?a=%ff" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tally_server_request_new ("GET", targets[i], &error));
      g_assert_nonnull (error);
    }
}

static guint n_warnings;

/* Counts the warnings of the code under test, which one of the tests provokes. */
static GLogWriterOutput
count_warnings (GLogLevelFlags   level,
                const GLogField *fields,
                gsize            n_fields,
                gpointer         data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);

  n_warnings++;
  return G_LOG_WRITER_HANDLED;
}

/* A damaged file is an answer, and the file stays. */
static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "bad.db", NULL);
  g_autofree char *after = NULL;
  g_autofree char *bytes = g_strnfill (5000, 'x');

  g_assert_true (g_file_set_contents (path, bytes, 5000, NULL));
  expect (fixture, "GET", "/bad", NULL, 500, "internal_server_error");
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, bytes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);

#define ADD(path, func) g_test_add ("/server/handler/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("server", test_server);
  ADD ("database", test_database);
  ADD ("document", test_document);
  ADD ("tombstone-body", test_tombstone_body);
  ADD ("odd-bodies", test_odd_bodies);
  ADD ("attachments", test_attachments);
  ADD ("bulk-docs", test_bulk_docs);
  ADD ("replicated", test_replicated);
  ADD ("late-history", test_late_history);
  ADD ("bulk-get", test_bulk_get);
  ADD ("revs-diff", test_revs_diff);
  ADD ("local", test_local);
  ADD ("all-docs", test_all_docs);
  ADD ("pages", test_pages);
  ADD ("changes", test_changes);
  ADD ("longpoll", test_longpoll);
  ADD ("streams", test_streams);
  ADD ("feed-bound", test_feed_bound);
  ADD ("bodies", test_bodies);
  ADD ("restart", test_restart);
  ADD ("guard", test_guard);
  ADD ("gzip", test_gzip);
  ADD ("too-large", test_too_large);
  ADD ("bad-address", test_bad_address);
  ADD ("damaged", test_damaged);
#undef ADD

  return g_test_run ();
}
