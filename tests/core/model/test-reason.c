/* test-reason.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "model/tally-reason.h"
#include "model/tally-revision.h"

#include <gio/gio.h>
#include <string.h>

static void
test_arguments (void)
{
  g_autoptr (TallyReason) reason = tally_reason_new ("refused", "status", "403", "detail", "a \"b\"", NULL);
  g_autofree char *json = tally_reason_to_json (reason);
  g_autoptr (TallyReason) back = tally_reason_from_json (json);
  g_autoptr (TallyReason) bare = tally_reason_new ("offline", NULL);

  g_assert_cmpstr (json, ==, "{\"code\":\"refused\",\"arguments\":{\"status\":\"403\",\"detail\":\"a \\\"b\\\"\"}}");
  g_assert_cmpstr (back->code, ==, "refused");
  g_assert_cmpstr (tally_reason_get (back, "status"), ==, "403");
  g_assert_cmpstr (tally_reason_get (back, "detail"), ==, "a \"b\"");
  g_assert_null (tally_reason_get (back, "host"));
  g_assert_null (bare->arguments[0]);
}

static void
test_from_wrong_json (void)
{
  static const char * const texts[] = {
    "", "[]", "{}", "{\"code\":1}", "{\"code\":\"a\",\"arguments\":[]}",
    "{\"code\":\"a\",\"arguments\":{\"b\":1}}", "{\"code\":\"\\ud800\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (tally_reason_from_json (texts[i]));
  g_assert_null (tally_reason_from_json (NULL));
}

static void
assert_described (TallyReason *taken,
                  const char  *wanted)
{
  g_autoptr (TallyReason) reason = taken;
  g_autofree char *text = tally_reason_describe (reason);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_describe (void)
{
  assert_described (tally_reason_new ("disk-full", NULL),
                    "The disk is full. Make room; nothing that was stored is lost.");
  assert_described (tally_reason_new ("locked", "pid", "42", NULL),
                    "Another program (process 42) holds the store. Close it, or wait until it is done.");
  assert_described (tally_reason_new ("locked", NULL),
                    "Another program holds the store. Close it, or wait until it is done.");
  assert_described (tally_reason_new ("bad-key", "detail", "{a} [b]", NULL),
                    "The record’s id cannot be used: {a} [b]. Give it another id where it was made.");
  assert_described (tally_reason_new ("from-the-future", NULL), "from-the-future");
  assert_described (tally_reason_new ("from-the-future", "a", "1", "b", "2", NULL),
                    "from-the-future (a: 1, b: 2)");
  assert_described (tally_reason_new ("paused", "until", "tomorrow", NULL),
                    "Synchronization is paused until tomorrow. It goes on by itself then, or resume it now.");
}

static void
test_grade (void)
{
  assert_described (tally_reason_new ("up-to-date", "grade", "none", NULL),
                    "Everything is up to date. There is nothing to do.");
  assert_described (tally_reason_new ("up-to-date", "grade", "checked", "date", "today", NULL),
                    "Everything is up to date (every record that moved was checked), last seen today. "
                    "There is nothing to do.");
  assert_described (tally_reason_new ("store-failed", "detail", "No luck.", NULL),
                    "The store could not be used: No luck. Try again; if this lasts, report it with "
                    "this text.");
}

/* No part of the program may meet a code without words. */
static void
test_every_code (void)
{
  static const char * const codes[] = {
    "attachments", "auth-failed", "bad-answer", "bad-document", "bad-key", "bends-value", "bent-there", "cancelled",
    "checked", "conflict", "conflicts", "disk-full", "failed", "forbidden", "guard-local", "guard-server",
    "allowed", "differs", "guard-alike", "guard-edits", "guard-merged", "interrupted", "lacking",
    "locked", "metered", "never-synced", "no-server", "not-found", "offline", "paused",
    "paused-by-user", "pending", "problems", "recreated", "refused", "running", "server-error",
    "server-unreachable", "store-busy", "store-corrupt", "store-failed", "store-read-only",
    "on-hold", "reference-ring", "store-full", "store-too-new", "time-limit", "too-large", "unknown-outcome", "up-to-date", "waits-for",
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (TallyReason) bare = tally_reason_new (codes[i], NULL);
      g_autofree char *text = tally_reason_describe (bare);

      g_test_message ("%s", text);
      g_assert_true (g_str_has_suffix (text, "."));
      g_assert_nonnull (strchr (text, ' '));
      g_assert_null (strpbrk (text, "{}[]"));
      g_assert_null (strstr (text, "  "));
      g_assert_null (strstr (text, " ."));
    }
}

static void
test_date (void)
{
  g_autoptr (TallyReason) reason = tally_reason_new ("paused", "until", "1700000000000000", NULL);
  g_autofree char *text = tally_reason_describe (reason);

  g_assert_null (strstr (text, "1700000000"));
  g_assert_nonnull (strstr (text, ":13"));
}

static void
assert_code (GQuark      domain,
             int         code,
             const char *wanted)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "so");
  g_autoptr (TallyReason) reason = tally_reason_new_for_error (error);

  g_assert_cmpstr (reason->code, ==, wanted);
  g_assert_cmpstr (tally_reason_get (reason, "detail"), ==, "so");
}

static void
test_for_error (void)
{
  assert_code (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  assert_code (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "disk-full");
  assert_code (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "server-unreachable");
  assert_code (G_IO_ERROR, G_IO_ERROR_PENDING, "failed");
  assert_code (TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_KEY, "bad-key");
  assert_code (TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_REV, "bad-document");
  assert_code (g_quark_from_static_string ("some-error-quark"), 1, "failed");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/reason/arguments", test_arguments);
  g_test_add_func ("/model/reason/from-wrong-json", test_from_wrong_json);
  g_test_add_func ("/model/reason/describe", test_describe);
  g_test_add_func ("/model/reason/grade", test_grade);
  g_test_add_func ("/model/reason/every-code", test_every_code);
  g_test_add_func ("/model/reason/date", test_date);
  g_test_add_func ("/model/reason/for-error", test_for_error);

  return g_test_run ();
}
