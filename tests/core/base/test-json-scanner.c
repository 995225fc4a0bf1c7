/* test-json-scanner.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-json-scanner.h"

#include <string.h>

/* Reads all; 0 when it was whole, else the error's code + 1. */
static guint
scan (const char *text,
      gsize       length,
      guint      *line)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autoptr (GError) error = NULL;
  TallyJsonToken token;

  tally_json_scanner_init (&scanner, text, length);
  do
    token = tally_json_scanner_next (&scanner, NULL, &error);
  while (token != TALLY_JSON_TOKEN_END && token != TALLY_JSON_TOKEN_ERROR);

  if (line != NULL)
    *line = tally_json_scanner_get_line (&scanner);
  if (token == TALLY_JSON_TOKEN_END)
    {
      g_assert_no_error (error);
      return 0;
    }
  g_assert_nonnull (error);
  g_assert_true (error->domain == TALLY_JSON_ERROR);
  g_assert_nonnull (strstr (error->message, "line "));

  return (guint) error->code + 1;
}

static void
assert_good (const char *text)
{
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%.60s", shown);
  g_assert_cmpuint (scan (text, strlen (text), NULL), ==, 0);
}

static void
assert_bad (const char     *text,
            TallyJsonError  code)
{
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%.60s", shown);
  g_assert_cmpuint (scan (text, strlen (text), NULL), ==, code + 1);
}

static void
test_good (void)
{
  static const char * const texts[] = {
    "{}", "[]", "null", "true", "false", " \t\r\n1 ", "\"\"", "-0", "-0.0", "0e0", "1.0", "1e21",
    "12345678901234567890", "1E+400", "-1.5e-10", "[[],{},[{}]]", "{\"a\":[1,2,{\"b\":null}]}",
    "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t\"",
    "\"\x7f\"", "\"\xc3\xa9\"", "\"\xed\x9f\xbf\xee\x80\x80\"", "\"\xf0\x90\x80\x80\"",
    "\"\xf4\x8f\xbf\xbf\"", "\"\xef\xbb\xbf\"", "\"\xef\xbf\xbf\"", "{\"\":0,\" \":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_good (texts[i]);
}

static void
test_bad (void)
{
  static const char * const texts[] = {
    "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
    "{\"a\" 1}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "]", "}", "[}", "{]", "1 2", "{} {}", ",",
    "01", "-", "-a", "+1", "1.", ".5", "1.e1", "1e", "1e+", "0x1", "NaN", "Infinity", "tru",
    "truex", "nul", "True", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\", "\"a\nb\"",
    "\"\x01\"", "\xef\xbb\xbf{}", "\xc3\xa9", "// a\n1", "[1]/**/", "\x0b" "1", "\xc2\xa0" "1",
    "[\"a\":1]", "{\"a\",\"b\"}", ":1", "[:]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_bad (texts[i], TALLY_JSON_ERROR_SYNTAX);
  g_assert_cmpuint (scan ("1\0", 2, NULL), ==, TALLY_JSON_ERROR_SYNTAX + 1);
  g_assert_cmpuint (scan ("\"a\0b\"", 5, NULL), ==, TALLY_JSON_ERROR_SYNTAX + 1);
}

static void
test_encoding (void)
{
  static const char * const texts[] = {
    "\"\x80\"", "\"\xbf\"", "\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xc3\"", "\"\xc3(\"",
    "\"\xe0\x9f\xbf\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xe2\x82\"", "\"\xf0\x8f\xbf\xbf\"",
    "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"", "\"\xf0\x90\x80", "{\"\xe9\":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_bad (texts[i], TALLY_JSON_ERROR_ENCODING);
}

static char *
nest (guint       depth,
      const char *open,
      const char *inner,
      const char *close)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (out, open);
  g_string_append (out, inner);
  for (guint i = 0; i < depth; i++)
    g_string_append (out, close);

  return g_string_free (out, FALSE);
}

static void
test_depth (void)
{
  const guint most = TALLY_JSON_MAX_NESTING;
  g_autofree char *arrays = nest (most, "[", "", "]");
  g_autofree char *objects = nest (most, "{\"a\":", "1", "}");
  g_autofree char *mixed = nest (most / 2, "[{\"a\":", "1", "}]");
  g_autofree char *deep_arrays = nest (most + 1, "[", "", "]");
  g_autofree char *deep_objects = nest (most + 1, "{\"a\":", "1", "}");
  g_autofree char *crossed = nest (500, "[{\"a\":", "1", "]}");

  assert_good (arrays);
  assert_good (objects);
  assert_good (mixed);
  assert_bad (deep_arrays, TALLY_JSON_ERROR_DEPTH);
  assert_bad (deep_objects, TALLY_JSON_ERROR_DEPTH);
  assert_bad (crossed, TALLY_JSON_ERROR_SYNTAX);
}

static void
test_max_depth (void)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autoptr (GError) error = NULL;

  tally_json_scanner_init (&scanner, "[{},[[]]]", 9);
  tally_json_scanner_set_max_depth (&scanner, 2);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (tally_json_scanner_next (&scanner, NULL, NULL), !=, TALLY_JSON_TOKEN_ERROR);
  g_assert_cmpint (tally_json_scanner_next (&scanner, NULL, &error), ==, TALLY_JSON_TOKEN_ERROR);
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DEPTH);
}

static void
test_lines (void)
{
  guint line;

  scan ("{\n \"a\": 1,\n \"b\": x}", 19, &line);
  g_assert_cmpuint (line, ==, 3);
  scan ("x", 1, &line);
  g_assert_cmpuint (line, ==, 1);
  scan ("[1,\r\n2\r\n", 8, &line);
  g_assert_cmpuint (line, ==, 3);
}

static void
test_tokens (void)
{
  const char *text = " { \"a\" : [ 1 , \"x\" ] , \"b\" : {\"c\": [ ]} , \"d\":true}";
  g_auto (TallyJsonScanner) scanner = { 0 };
  TallyJsonSpan span;

  tally_json_scanner_init (&scanner, text, strlen (text));
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_OBJECT_START);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_NAME);
  g_assert_cmpmem (span.text, span.length, "\"a\"", 3);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_ARRAY_START);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_NUMBER);
  g_assert_cmpmem (span.text, span.length, "1", 1);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_STRING);
  g_assert_cmpmem (span.text, span.length, "\"x\"", 3);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_ARRAY_END);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_NAME);
  g_assert_true (tally_json_scanner_skip_value (&scanner, &span, NULL));
  g_assert_cmpmem (span.text, span.length, "{\"c\": [ ]}", 10);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_NAME);
  g_assert_true (tally_json_scanner_skip_value (&scanner, &span, NULL));
  g_assert_cmpmem (span.text, span.length, "true", 4);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_OBJECT_END);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_END);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, NULL), ==, TALLY_JSON_TOKEN_END);
}

static void
test_skip_nothing (void)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autoptr (GError) error = NULL;
  TallyJsonSpan span;

  tally_json_scanner_init (&scanner, "[]", 2);
  tally_json_scanner_next (&scanner, NULL, NULL);
  g_assert_false (tally_json_scanner_skip_value (&scanner, &span, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_cmpint (tally_json_scanner_next (&scanner, &span, &error), ==, TALLY_JSON_TOKEN_ERROR);
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/json-scanner/good", test_good);
  g_test_add_func ("/base/json-scanner/bad", test_bad);
  g_test_add_func ("/base/json-scanner/encoding", test_encoding);
  g_test_add_func ("/base/json-scanner/depth", test_depth);
  g_test_add_func ("/base/json-scanner/max-depth", test_max_depth);
  g_test_add_func ("/base/json-scanner/lines", test_lines);
  g_test_add_func ("/base/json-scanner/tokens", test_tokens);
  g_test_add_func ("/base/json-scanner/skip-nothing", test_skip_nothing);

  return g_test_run ();
}
