/* test-wording.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "tally-lock-note.h"
#include "tally-pretty-json.h"
#include "tally-state-line.h"
#include "tally-why.h"
#include "tally-wording.h"

#include <glib/gstdio.h>

static void
assert_taken (char       *text,
              const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_numbers (void)
{
  assert_taken (tally_wording_number (0), "0");
  assert_taken (tally_wording_number (9999), "9999");
  assert_taken (tally_wording_number (14282), "14\u202f282");
  assert_taken (tally_wording_number (G_MAXUINT64),
                "18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615");
}

static void
test_ages (void)
{
  const gint64 second = G_USEC_PER_SEC;

  assert_taken (tally_wording_ago (0, 59 * second), "just now");
  assert_taken (tally_wording_ago (100 * second, 0), "just now");
  assert_taken (tally_wording_ago (0, 60 * second), "1 minute ago");
  assert_taken (tally_wording_ago (0, 7199 * second), "1 hour ago");
  assert_taken (tally_wording_ago (0, 72 * 3600 * second), "3 days ago");
  assert_taken (tally_wording_until (30 * second, 0), "within a minute");
  assert_taken (tally_wording_until (300 * second, 0), "in 5 minutes");
  assert_taken (tally_wording_until (0, 300 * second), "within a minute");
}

static void
test_codes (void)
{
  g_assert_cmpstr (tally_wording_record_state ("clean"), ==, "Up to date");
  g_assert_cmpstr (tally_wording_record_state ("of-the-future"), ==, "of-the-future");
  g_assert_cmpstr (tally_wording_record_icon ("of-the-future"), ==, "dialog-question-symbolic");
  g_assert_cmpstr (tally_wording_conflict ("delete"), ==,
                   "Changed on one side, deleted on the other");
  g_assert_cmpstr (tally_wording_phase ("execute"), ==, "Execute");
}

static void
test_pretty (void)
{
  assert_taken (tally_pretty_json ("{\"a\":1.0,\"b\":[],\"c\":[12345678901234567890,{\"d\":null}],"
                                   "\"e\":\"x\\u0000\"}"),
                "{\n  \"a\": 1.0,\n  \"b\": [],\n  \"c\": [\n    12345678901234567890,\n"
                "    {\n      \"d\": null\n    }\n  ],\n  \"e\": \"x\\u0000\"\n}");
  assert_taken (tally_pretty_json ("-0.0"), "-0.0");
  assert_taken (tally_pretty_json ("no json"), "no json");
}

static void
assert_line (const char *json,
             const char *headline,
             const char *action_name)
{
  g_autoptr (TallyStateLine) line = tally_state_line_new (json);

  g_assert_cmpstr (line->headline, ==, headline);
  g_assert_cmpstr (line->action_name, ==, action_name);
}

static void
test_state (void)
{
  assert_line ("{\"code\":\"up-to-date\",\"arguments\":{}}", "Everything is up to date", "");
  assert_line ("{\"code\":\"paused-by-user\",\"arguments\":{}}", "Synchronization is paused",
               "win.pause");
  assert_line ("{\"code\":\"behind\",\"arguments\":{\"count\":\"2\"}}",
               "The server has newer versions: 2", "win.sync-now");
  assert_line ("{\"code\":\"recreated\",\"arguments\":{}}",
               "The database on the server is another or an older one than before",
               "win.sync-now");
  /* Dots inside a name do not end the sentence. */
  assert_line ("{\"code\":\"server-unreachable\",\"arguments\":{\"host\":\"db.example.it\"}}",
               "The server db.example.it does not answer", "win.sync-now");
  assert_line ("{\"code\":\"of-the-future\",\"arguments\":{}}", "of-the-future", "win.sync-now");
  assert_line ("", "This computer has never been synchronized with the server", "win.sync-now");
}

static void
test_why (void)
{
  assert_taken (tally_why_describe ("{\"id\":\"a\",\"state\":\"clean\",\"reasons\":[]}"), NULL);
  assert_taken (tally_why_describe ("no json"), NULL);
  assert_taken (tally_why_describe ("{\"id\":\"a\",\"state\":\"diverged\",\"reasons\":"
                                    "[{\"code\":\"conflict\",\"arguments\":{}}]}"),
                "The record was changed here and on the server. Choose what is to be kept.");
}

static void
test_lock_note (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tally-lock-XXXXXX", NULL);
  g_autofree char *store = g_build_filename (folder, "a.db", NULL);
  g_autofree char *lock = g_strconcat (store, ".lock", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (tally_lock_note_read_address (store, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (lock, "123\n\n", -1, NULL));
  g_assert_null (tally_lock_note_read_address (store, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  g_assert_true (g_file_set_contents (lock, "123\nunix:path=/run/x.sock\n", -1, NULL));
  assert_taken (tally_lock_note_read_address (store, NULL), "unix:path=/run/x.sock");

  g_assert_cmpint (g_remove (lock), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/wording/numbers", test_numbers);
  g_test_add_func ("/app/wording/ages", test_ages);
  g_test_add_func ("/app/wording/codes", test_codes);
  g_test_add_func ("/app/pretty-json/layout", test_pretty);
  g_test_add_func ("/app/state-line/sentences", test_state);
  g_test_add_func ("/app/why/reasons", test_why);
  g_test_add_func ("/app/lock-note/address", test_lock_note);

  return g_test_run ();
}
