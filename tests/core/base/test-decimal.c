/* test-decimal.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-decimal.h"

#include <string.h>

static void
assert_order (const char *a,
              const char *b,
              int         order)
{
  g_test_message ("%.80s <=> %.80s", a, b);
  g_assert_cmpint (tally_decimal_compare (a, strlen (a), b, strlen (b)), ==, order);
  g_assert_cmpint (tally_decimal_compare (b, strlen (b), a, strlen (a)), ==, -order);
  g_assert_cmpint (tally_decimal_compare (a, strlen (a), a, strlen (a)), ==, 0);
}

static void
test_equal (void)
{
  assert_order ("1", "1.0", 0);
  assert_order ("1", "10e-1", 0);
  assert_order ("1", "0.1E+1", 0);
  assert_order ("0", "-0.0", 0);
  assert_order ("0e99999999999999999999999", "-0", 0);
  assert_order ("1e21", "1000000000000000000000", 0);
  assert_order ("-12.50", "-0.125e2", 0);
  assert_order ("0.00012", "12e-5", 0);
  assert_order ("100e0000000000000000000000001", "1e3", 0);
}

static void
test_order (void)
{
  assert_order ("12345678901234567890", "12345678901234567891", -1);
  assert_order ("9007199254740993", "9007199254740992", 1);
  assert_order ("0.1", "0.10000000000000000000000001", -1);
  assert_order ("-1", "1", -1);
  assert_order ("-1", "0", -1);
  assert_order ("0.001", "0", 1);
  assert_order ("-2", "-10", 1);
  assert_order ("9", "10", -1);
  assert_order ("9.99", "10", -1);
  assert_order ("5", "5.5", -1);
  assert_order ("55", "5.5", 1);
}

static void
test_long_exponents (void)
{
  assert_order ("1e99999999999999999999", "1e99999999999999999998", 1);
  assert_order ("1e-99999999999999999999", "1e-99999999999999999998", -1);
  assert_order ("1e99999999999999999999", "10e99999999999999999998", 0);
  assert_order ("0.1e-99999999999999999999", "1e-100000000000000000000", 0);
  assert_order ("1e100000000000000000", "0.1e100000000000000001", 0);
  assert_order ("1e99999999999999999", "0.1e100000000000000000", 0);
  assert_order ("1e-99999999999999999", "10e-100000000000000000", 0);
  assert_order ("1e99999999999999999999", "1e-99999999999999999999", 1);
  assert_order ("-1e99999999999999999999", "1e-99999999999999999999", -1);
  assert_order ("1e99999999999999999999", "5", 1);
  assert_order ("1e-99999999999999999999", "5", -1);
  assert_order ("1e-99999999999999999999", "5e-4", -1);
}

/* A whole number written with its point and exponent somewhere else. */
static char *
write_randomly (GRand *rand,
                gint64 value)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, ABS (value));
  g_autoptr (GString) out = g_string_new (value < 0 ? "-" : "");
  int length = (int) strlen (digits);
  int cut = g_rand_int_range (rand, 0, length + 1);
  int zeros = g_rand_int_range (rand, 0, 4);

  if (cut == 0)
    g_string_append (out, "0.");
  else
    {
      g_string_append_len (out, digits, cut);
      g_string_append_c (out, '.');
    }
  g_string_append (out, digits + cut);
  for (int i = 0; i < zeros; i++)
    g_string_append_c (out, '0');
  if (out->str[out->len - 1] == '.')
    g_string_append_c (out, '0');
  g_string_append_printf (out, "%c%+d", "eE"[zeros % 2], length - cut);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint i = 0; i < 200000; i++)
    {
      gint64 range = g_rand_boolean (rand) ? 50 : G_MAXINT32;
      gint64 a = g_rand_int_range (rand, -range, range);
      gint64 b = g_rand_int_range (rand, -range, range);
      g_autofree char *left = write_randomly (rand, a);
      g_autofree char *right = write_randomly (rand, b);
      int order = tally_decimal_compare (left, strlen (left), right, strlen (right));

      if (order != (a > b) - (a < b))
        g_error ("%s <=> %s gave %d", left, right, order);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/decimal/equal", test_equal);
  g_test_add_func ("/base/decimal/order", test_order);
  g_test_add_func ("/base/decimal/long-exponents", test_long_exponents);
  g_test_add_func ("/base/decimal/random", test_random);

  return g_test_run ();
}
