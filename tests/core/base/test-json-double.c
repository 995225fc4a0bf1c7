/* test-json-double.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-json-double.h"

#define BOTH (TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL)

/* @number NULL: all of @text keeps its value. */
static void
assert_bent (const char *text,
             TallyBend   bend,
             const char *number,
             const char *becomes)
{
  g_autofree char *bent = NULL;
  TallyJsonSpan span = tally_json_find_bent (text, -1, bend, &bent);
  g_autofree char *found = span.text != NULL ? g_strndup (span.text, span.length) : NULL;

  g_test_message ("%s", text);
  g_assert_cmpstr (found, ==, number);
  g_assert_cmpstr (bent, ==, becomes);
}

static void
test_kept (void)
{
  assert_bent ("{}", BOTH, NULL, NULL);
  assert_bent ("{\"a\":1,\"b\":[0.1,-12.50,1e2,0,-0.0]}", BOTH, NULL, NULL);
  assert_bent ("[9007199254740992,-9007199254740992,1e21,123456789012345678]", TALLY_BEND_NOTHING,
               NULL, NULL);
  assert_bent ("[9007199254740992,-9007199254740992,1e21]", BOTH, NULL, NULL);
  assert_bent ("[0.30000000000000004,1.7976931348623157e308,5e-324]", BOTH, NULL, NULL);
  assert_bent ("[0.1000000000000000000000000000]", BOTH, NULL, NULL);
  /* What stands in a text is no number. */
  assert_bent ("{\"9007199254740993\":\"9007199254740993\"}", BOTH, NULL, NULL);
}

static void
test_bent (void)
{
  assert_bent ("{\"a\":{\"b\":[1,9007199254740993]}}", BOTH, "9007199254740993",
               "9007199254740992");
  assert_bent ("[0.10000000000000001]", BOTH, "0.10000000000000001", "0.1");
  assert_bent ("[1e400]", BOTH, "1e400", "null");
  assert_bent ("[-1e400]", BOTH, "-1e400", "null");
  assert_bent ("[1e-400]", BOTH, "1e-400", "0");
  assert_bent ("[123456789012345678.5]", BOTH, "123456789012345678.5", "1.2345678901234568e+17");
}

static void
test_kinds (void)
{
  const char *text = "[9007199254740993,0.10000000000000001]";

  assert_bent (text, TALLY_BEND_WHOLE, "9007199254740993", "9007199254740992");
  assert_bent (text, TALLY_BEND_DECIMAL, "0.10000000000000001", "0.1");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-double/kept", test_kept);
  g_test_add_func ("/json-double/bent", test_bent);
  g_test_add_func ("/json-double/kinds", test_kinds);

  return g_test_run ();
}
