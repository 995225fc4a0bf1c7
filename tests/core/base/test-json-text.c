/* test-json-text.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-json-text.h"

#include <string.h>

static void
assert_compact (const char *text,
                const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *compact = tally_json_text_compact (text, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (compact, ==, wanted);
}

static void
assert_refused (const char     *text,
                TallyJsonError  code,
                const char     *where)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tally_json_text_compact (text, -1, &error));
  g_assert_error (error, TALLY_JSON_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, where));
}

static void
test_compact (void)
{
  assert_compact (" { \"b\" : [ 1.0 , 1e21 , -0.0 ,\n12345678901234567890 ] , \"a\" : { } } \n",
                  "{\"b\":[1.0,1e21,-0.0,12345678901234567890],\"a\":{}}");
  assert_compact ("{\"a\":\"x  y : , \\u0000 \\ud800 \\/ \\u00e9\",\"\\u0000\":1}",
                  "{\"a\":\"x  y : , \\u0000 \\ud800 \\/ \\u00e9\",\"\\u0000\":1}");
  assert_compact (" 1 ", "1");
  assert_compact ("\"a b\"", "\"a b\"");
  assert_compact ("[ ]", "[]");
  assert_compact ("[ [ ] , [ 1 ,2, 3]]", "[[],[1,2,3]]");
  assert_compact ("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}", "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}");
}

static void
test_duplicates (void)
{
  assert_refused ("{\"a\":1,\n\"a\":2}", TALLY_JSON_ERROR_DUPLICATE, "line 2");
  assert_refused ("{\"a\":1,\n\n\"\\u0061\":2}", TALLY_JSON_ERROR_DUPLICATE, "line 3");
  assert_refused ("{\"\\u0000\":1,\"\\u0000\":2}", TALLY_JSON_ERROR_DUPLICATE, "line 1");
  assert_refused ("{\"\\uD800\":1,\"\\ud800\":2}", TALLY_JSON_ERROR_DUPLICATE, "line 1");
  assert_refused ("{\"\\ud83d\\ude00\":1,\"😀\":2}", TALLY_JSON_ERROR_DUPLICATE, "line 1");
  assert_refused ("{\"x\":[{\"a\":1,\"b\":{},\"a\":2}]}", TALLY_JSON_ERROR_DUPLICATE, "\"a\"");
  assert_compact ("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}", "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}");
  assert_compact ("{\"a\":1,\"a\\u0000\":2,\"a\\u0000b\":3}", "{\"a\":1,\"a\\u0000\":2,\"a\\u0000b\":3}");
}

static void
test_duplicates_in_big_objects (void)
{
  for (guint n = 14; n < 40; n++)
    for (guint twin = 0; twin < n; twin++)
      {
        g_autoptr (GString) text = g_string_new ("[{\"outer\":{\"0\":1,\"x\":");
        g_autoptr (GError) error = NULL;
        g_autofree char *compact = NULL;

        for (guint i = 0; i < n; i++)
          g_string_append_printf (text, "%s\"%u\":1", i == 0 ? "{" : ",", i);
        g_string_append (text, "}}}]");
        compact = tally_json_text_compact (text->str, -1, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (compact, ==, text->str);
        g_clear_pointer (&compact, g_free);

        g_string_truncate (text, text->len - 4);
        g_string_append_printf (text, ",\n\"%u\":1}}}]", twin);
        compact = tally_json_text_compact (text->str, -1, &error);
        g_assert_null (compact);
        g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE);
        g_assert_nonnull (strstr (error->message, "line 2"));
      }
}

static void
test_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) elements = NULL;
  g_autofree char *value = NULL;
  g_autofree char *plain = NULL;
  gint64 number;

  members = tally_json_text_members ("{\"a\": [1, 2 ], \"b\\u0063\":\"x\\n\\ud83d\\ude00\",\"n\":-42}", -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (members->len, ==, 3);
  g_assert_null (tally_json_members_find (members, "z"));
  value = tally_json_span_dup (&tally_json_members_find (members, "a")->value);
  g_assert_cmpstr (value, ==, "[1, 2 ]");
  plain = tally_json_span_dup_string (&tally_json_members_find (members, "bc")->value, &error);
  g_assert_cmpstr (plain, ==, "x\n😀");
  g_assert_true (tally_json_span_get_int (&tally_json_members_find (members, "n")->value, &number, NULL));
  g_assert_cmpint (number, ==, -42);
  g_assert_false (tally_json_span_get_int (&tally_json_members_find (members, "bc")->value, &number, NULL));

  elements = tally_json_text_elements (value, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (elements->len, ==, 2);
  g_assert_cmpmem (g_array_index (elements, TallyJsonSpan, 1).text, 1, "2", 1);

  g_assert_null (tally_json_text_members ("[]", -1, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_null (tally_json_text_elements ("{}", -1, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_null (tally_json_text_elements ("[1", -1, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_assert_null (tally_json_text_members ("{\"a\":1,\"a\":2}", -1, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE);
}

static void
test_span_compact (void)
{
  const char *text = "{\"a\":\n { \"b\" : 1 },\n\"c\": {\"d\":1,\n\"d\":2}}";
  g_autoptr (GArray) members = tally_json_text_members (text, -1, NULL);
  g_autoptr (GString) out = g_string_new ("x");
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_json_span_append_compact (&tally_json_members_find (members, "a")->value,
                                                 text, out, &error));
  g_assert_cmpstr (out->str, ==, "x{\"b\":1}");
  g_assert_false (tally_json_span_append_compact (&tally_json_members_find (members, "c")->value,
                                                  text, out, &error));
  g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE);
  g_assert_nonnull (strstr (error->message, "line 4"));
  g_assert_cmpstr (out->str, ==, "x{\"b\":1}");
}

static void
test_no_c_string (void)
{
  static const char * const texts[] = { "\"a\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800x\"" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      TallyJsonSpan span = { texts[i], strlen (texts[i]) };
      g_autoptr (GError) error = NULL;

      g_assert_null (tally_json_span_dup_string (&span, &error));
      g_assert_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_ENCODING);
    }
}

static void
test_integers (void)
{
  static const char * const bad[] = { "1.0", "1e3", "9223372036854775808", "-", "true", "12345678901234567890123456" };
  gint64 value;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      TallyJsonSpan span = { bad[i], strlen (bad[i]) };

      g_assert_false (tally_json_span_get_int (&span, &value, NULL));
    }
  g_assert_true (tally_json_span_get_int (&(TallyJsonSpan) { "-9223372036854775808", 20 }, &value, NULL));
  g_assert_cmpint (value, ==, G_MININT64);
}

static void
assert_equality (const char *a,
                 const char *b,
                 gboolean    equal)
{
  g_test_message ("%.60s, %.60s", a, b);
  g_assert_cmpint (tally_json_text_equal (a, -1, b, -1), ==, equal);
  g_assert_cmpint (tally_json_text_equal (b, -1, a, -1), ==, equal);
}

static void
test_equal (void)
{
  assert_equality ("{\"a\":1,\"b\":[true,null]}", "{\"b\":[true,null],\"a\":1.0}", TRUE);
  assert_equality ("{\"a\":{\"x\":[{}],\"y\":{}}}", "{ \"a\" : {\"y\":{ },\"x\":[ { }]}}", TRUE);
  assert_equality ("\"\\u00e9\\/\"", "\"é/\"", TRUE);
  assert_equality ("\"\\uD800\"", "\"\\ud800\"", TRUE);
  assert_equality ("{\"\\u0061\":1}", "{\"a\":1}", TRUE);
  assert_equality ("12345678901234567890", "12345678901234567891", FALSE);
  assert_equality ("1e21", "1000000000000000000000", TRUE);
  assert_equality ("\"\xc3\xa9\"", "\"e\xcc\x81\"", FALSE);
  assert_equality ("\"a\\u0000b\"", "\"a\\u0000c\"", FALSE);
  assert_equality ("[1,2]", "[2,1]", FALSE);
  assert_equality ("[1,2]", "[1,2,3]", FALSE);
  assert_equality ("[[],1]", "[[1]]", FALSE);
  assert_equality ("{\"a\":1}", "{\"a\":1,\"b\":2}", FALSE);
  assert_equality ("{\"a\":1,\"c\":2}", "{\"a\":1,\"b\":2}", FALSE);
  assert_equality ("{}", "[]", FALSE);
  assert_equality ("true", "false", FALSE);
  assert_equality ("1", "\"1\"", FALSE);
  assert_equality ("null", "0", FALSE);
}

static void
test_append_string (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  tally_json_append_string (out, "a/\"\\\n\t\x01\x1f\x7fé😀");
  g_assert_cmpstr (out->str, ==, "\"a/\\\"\\\\\\n\\t\\u0001\\u001f\x7fé😀\"");
}

/* --- random texts: the same value written twice, differently --- */

typedef struct
{
  GRand   *rand;
  GString *plain;     /* text form */
  GString *dressed;   /* the same bytes with white space between */
  GString *other;     /* the same value in other words: escapes, numbers, order of members */
} Pen;

static void
write_both (Pen        *pen,
            const char *text)
{
  static const char * const white[] = { "", "", " ", "\n", "\r\n\t ", "  " };

  g_string_append (pen->dressed, white[g_rand_int_range (pen->rand, 0, G_N_ELEMENTS (white))]);
  g_string_append (pen->plain, text);
  g_string_append (pen->dressed, text);
  g_string_append (pen->dressed, white[g_rand_int_range (pen->rand, 0, G_N_ELEMENTS (white))]);
}

static void
write_scalar (Pen *pen)
{
  static const char * const pairs[][2] = {
    { "1", "1.0" }, { "-0.0", "0" }, { "1e21", "1000000000000000000000" }, { "12.50", "125e-1" },
    { "12345678901234567890", "1234567890123456789.0e+1" }, { "true", "true" }, { "null", "null" },
    { "\"a b\"", "\"\\u0061 b\"" }, { "\"\\/\"", "\"/\"" }, { "\"\\u0000\"", "\"\\u0000\"" },
    { "\"\\ud800\"", "\"\\uD800\"" }, { "\"\\ud83d\\ude00\"", "\"😀\"" }, { "\"[1, {]\"", "\"[1, {]\"" },
  };
  guint i = (guint) g_rand_int_range (pen->rand, 0, G_N_ELEMENTS (pairs));

  write_both (pen, pairs[i][0]);
  g_string_append (pen->other, pairs[i][1]);
}

static void
write_value (Pen   *pen,
             guint  depth)
{
  guint n = (guint) g_rand_int_range (pen->rand, 0, g_rand_int_range (pen->rand, 0, 20) == 0 ? 40 : 4);
  gboolean object = g_rand_boolean (pen->rand);
  g_autoptr (GPtrArray) parts = NULL;
  GString *outer = pen->other;

  if (depth == 0 || g_rand_int_range (pen->rand, 0, 3) == 0)
    {
      write_scalar (pen);
      return;
    }

  parts = g_ptr_array_new_with_free_func (g_free);
  write_both (pen, object ? "{" : "[");
  for (guint i = 0; i < n; i++)
    {
      pen->other = g_string_new (NULL);
      if (i > 0)
        write_both (pen, ",");
      if (object)
        {
          g_autofree char *name = g_strdup_printf ("\"%ckey%u\"", 'a' + (char) (i % 3), i);

          write_both (pen, name);
          write_both (pen, ":");
          g_string_append_printf (pen->other, "\"\\u00%02x%s:", name[1], name + 2);
        }
      write_value (pen, depth - 1);
      g_ptr_array_insert (parts, object ? g_rand_int_range (pen->rand, 0, (gint32) parts->len + 1) : -1,
                          g_string_free (pen->other, FALSE));
    }
  write_both (pen, object ? "}" : "]");

  pen->other = outer;
  g_string_append_c (outer, object ? '{' : '[');
  for (guint i = 0; i < parts->len; i++)
    g_string_append_printf (outer, "%s%s", i > 0 ? "," : "", (char *) parts->pdata[i]);
  g_string_append_c (outer, object ? '}' : ']');
}

static void
check_random (GRand *rand)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) dressed = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *compact = NULL;
  g_autofree char *again = NULL;
  Pen pen = { rand, plain, dressed, other };

  write_value (&pen, 5);
  compact = tally_json_text_compact (dressed->str, (gssize) dressed->len, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (compact, ==, plain->str);
  again = tally_json_text_compact (compact, -1, &error);
  g_assert_cmpstr (again, ==, compact);
  g_assert_true (tally_json_text_equal (dressed->str, -1, other->str, -1));
  g_assert_true (tally_json_text_equal (other->str, -1, plain->str, -1));
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < 20000; i++)
    check_random (rand);
}

/* Any bytes at all: refused with a line, or taken, and then the text form is its own text form. */
static void
test_random_damage (void)
{
  static const char bytes[] = "{}[]\",:\\0123456789eE+-.tfnu \n\x80\xc3\xa9\xed\xa0\x01";
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint n_taken = 0;

  for (guint i = 0; i < 100000; i++)
    {
      g_autoptr (GString) text = g_string_new ("{\"a\":[1,-2.5e3,\"x\\u00e9\\n\",{\"b\":true,\"c\":null}],\"d\":\"\xc3\xa9\"}");
      g_autoptr (GError) error = NULL;
      g_autofree char *compact = NULL;
      g_autofree char *exact = NULL;

      for (gint n = g_rand_int_range (rand, 1, 4); n > 0; n--)
        {
          gint32 at = g_rand_int_range (rand, 0, (gint32) text->len);

          if (g_rand_boolean (rand))
            text->str[at] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
          else
            g_string_erase (text, at, 1);
        }

      /* a block of just its size lets a sanitizer see a byte read too many */
      exact = g_memdup2 (text->str, text->len);
      compact = tally_json_text_compact (exact, (gssize) text->len, &error);
      if (compact == NULL)
        {
          g_assert_true (error->domain == TALLY_JSON_ERROR);
          g_assert_nonnull (strstr (error->message, "line "));
        }
      else
        {
          g_autofree char *again = tally_json_text_compact (compact, -1, NULL);

          g_assert_cmpstr (again, ==, compact);
          g_assert_true (tally_json_text_equal (compact, -1, text->str, (gssize) text->len));
          n_taken++;
        }
    }

  g_test_message ("%u of 100000 were JSON", n_taken);
  g_assert_cmpuint (n_taken, >, 1000);
}

static void
test_deep (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);
  g_autofree char *compact = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_string_append (deep, "{\"a\":");
      g_string_append (other, "{ \"\\u0061\" : ");
    }
  g_string_append (deep, "1");
  g_string_append (other, "1.0");
  for (guint i = 0; i < 1000; i++)
    {
      g_string_append (deep, "}");
      g_string_append (other, "}");
    }

  compact = tally_json_text_compact (deep->str, -1, NULL);
  g_assert_cmpstr (compact, ==, deep->str);
  g_assert_true (tally_json_text_equal (deep->str, -1, other->str, -1));
  g_string_prepend (deep, "[");
  g_string_append (deep, "]");
  assert_refused (deep->str, TALLY_JSON_ERROR_DEPTH, "line 1");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/json-text/compact", test_compact);
  g_test_add_func ("/base/json-text/duplicates", test_duplicates);
  g_test_add_func ("/base/json-text/duplicates-in-big-objects", test_duplicates_in_big_objects);
  g_test_add_func ("/base/json-text/members", test_members);
  g_test_add_func ("/base/json-text/span-compact", test_span_compact);
  g_test_add_func ("/base/json-text/no-c-string", test_no_c_string);
  g_test_add_func ("/base/json-text/integers", test_integers);
  g_test_add_func ("/base/json-text/equal", test_equal);
  g_test_add_func ("/base/json-text/append-string", test_append_string);
  g_test_add_func ("/base/json-text/random", test_random);
  g_test_add_func ("/base/json-text/random-damage", test_random_damage);
  g_test_add_func ("/base/json-text/deep", test_deep);

  return g_test_run ();
}
