/* tally-decimal.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-decimal.h"

#include <string.h>

/* An exponent of up to this many digits is added to in 64 bits, with room to spare for the
 * length of any text; a longer one digit by digit. */
#define N_SMALL_DIGITS 17

/* A number other than zero, as sign and 0.d1d2d3… x 10^(exponent + shift), d1 not 0. */
typedef struct
{
  int         sign;          /* -1, 0 or 1; the rest only counts when not 0 */
  const char *digits;        /* the first digit that is not 0; a point may stand between */
  const char *digits_end;    /* after the last digit that is not 0 */
  gint64      shift;
  int         exponent_sign; /* -1 or 1 */
  const char *exponent;      /* no leading zeros */
  gsize       n_exponent;
} Decimal;

static void
read_exponent (Decimal    *self,
               const char *at,
               const char *end)
{
  self->exponent_sign = 1;
  if (at < end && (*at == '+' || *at == '-'))
    self->exponent_sign = *at++ == '-' ? -1 : 1;
  while (at < end && *at == '0')
    at++;
  self->exponent = at;
  self->n_exponent = end - at;
}

static Decimal
decimal_read (const char *text,
              gsize       length)
{
  const char *end = text + length;
  const char *point = NULL;
  const char *at = text;
  Decimal self = { .sign = 1 };

  if (at < end && *at == '-')
    {
      self.sign = -1;
      at++;
    }

  for (; at < end && *at != 'e' && *at != 'E'; at++)
    {
      if (*at == '.')
        {
          point = at;
          continue;
        }
      if (*at == '0')
        continue;
      if (self.digits == NULL)
        self.digits = at;
      self.digits_end = at + 1;
    }

  if (self.digits == NULL)
    return (Decimal) { .sign = 0 };

  if (point == NULL)
    point = at;
  /* digits in front of the point count up, zeros between the point and the first digit down */
  self.shift = point > self.digits ? point - self.digits : point + 1 - self.digits;
  read_exponent (&self, at < end ? at + 1 : end, end);

  return self;
}

static gint64
small_exponent (const Decimal *self)
{
  gint64 value = 0;

  for (gsize i = 0; i < self->n_exponent; i++)
    value = value * 10 + (self->exponent[i] - '0');

  return self->exponent_sign * value + self->shift;
}

/* Exponent and shift added: writes the sum without its sign, one digit (0 to 9) a byte, and
 * returns the sign. @out has room for a digit more than any of the numbers at hand. */
static int
write_exponent (const Decimal *self,
                char          *out,
                gsize          n_out)
{
  gboolean is_long = self->n_exponent > N_SMALL_DIGITS;
  gint64 addend = is_long ? self->shift : small_exponent (self);
  guint64 rest = addend < 0 ? -(guint64) addend : (guint64) addend;
  /* a long exponent is so much greater than any shift that the sum has its sign */
  int sign = is_long ? self->exponent_sign : (addend > 0) - (addend < 0);
  gboolean add = addend == 0 || sign == (addend < 0 ? -1 : 1);
  int carry = 0;

  for (gsize i = 0; i < n_out; i++)
    {
      gboolean has_digit = is_long && i < self->n_exponent;
      int digit = has_digit ? self->exponent[self->n_exponent - 1 - i] - '0' : 0;
      int other = (int) (rest % 10) + carry;

      rest /= 10;
      digit += add ? other : -other;
      carry = add ? digit > 9 : digit < 0;
      if (carry)
        digit += add ? -10 : 10;
      out[n_out - 1 - i] = (char) digit;
    }

  return sign;
}

static int
compare_exponents (const Decimal *a,
                   const Decimal *b)
{
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;
  gsize n_digits;
  int left_sign;
  int right_sign;

  if (a->n_exponent <= N_SMALL_DIGITS && b->n_exponent <= N_SMALL_DIGITS)
    {
      gint64 one = small_exponent (a);
      gint64 other = small_exponent (b);

      return (one > other) - (one < other);
    }

  /* 20: what 64 bits can need */
  n_digits = MAX (MAX (a->n_exponent, b->n_exponent), 20) + 1;
  left = g_malloc (n_digits);
  right = g_malloc (n_digits);
  left_sign = write_exponent (a, left, n_digits);
  right_sign = write_exponent (b, right, n_digits);
  if (left_sign != right_sign)
    return left_sign < right_sign ? -1 : 1;

  return memcmp (left, right, n_digits) * left_sign;
}

static int
compare_digits (const Decimal *a,
                const Decimal *b)
{
  const char *left = a->digits;
  const char *right = b->digits;

  for (;;)
    {
      if (left < a->digits_end && *left == '.')
        left++;
      if (right < b->digits_end && *right == '.')
        right++;

      if (left == a->digits_end || right == b->digits_end)
        return (left < a->digits_end) - (right < b->digits_end);
      if (*left != *right)
        return *left < *right ? -1 : 1;
      left++;
      right++;
    }
}

/**
 * tally_decimal_compare:
 * @a: a JSON number
 * @a_length: its bytes
 * @b: another
 * @b_length: its bytes
 *
 * Compares exactly, through no double: by sign, then by the place of the first digit, then digit
 * by digit. `-0.0` is zero.
 *
 * Returns: -1, 0 or 1
 */
int
tally_decimal_compare (const char *a,
                       gsize       a_length,
                       const char *b,
                       gsize       b_length)
{
  Decimal left = decimal_read (a, a_length);
  Decimal right = decimal_read (b, b_length);
  int order;

  if (left.sign != right.sign)
    return left.sign < right.sign ? -1 : 1;
  if (left.sign == 0)
    return 0;

  order = compare_exponents (&left, &right);
  if (order == 0)
    order = compare_digits (&left, &right);
  if (order == 0)
    return 0;

  return (order < 0 ? -1 : 1) * left.sign;
}
