/* tally-json-double.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-json-double.h"
#include "base/tally-decimal.h"

#include <math.h>
#include <string.h>

/* As many digits as any double keeps, and as many as tell any two of them apart (DBL_DIG and
 * DBL_DECIMAL_DIG of IEEE 754 binary64). */
#define KEPT_DIGITS 15
#define ALL_DIGITS 17

/* The shortest digits that are read as the same double again: what JavaScript and CouchDB write. */
static char *
dup_shortest (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 1; digits <= ALL_DIGITS; digits++)
    {
      g_autofree char *format = g_strdup_printf ("%%.%dg", digits);

      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }

  return g_strdup (text);
}

static gboolean
has_exponent (const TallyJsonSpan *number)
{
  return memchr (number->text, 'e', number->length) != NULL ||
         memchr (number->text, 'E', number->length) != NULL;
}

/* %NULL: it keeps its value. */
static char *
dup_bent (const TallyJsonSpan *number)
{
  g_autofree char *text = NULL;
  g_autofree char *shortest = NULL;
  double value;

  /* Nearly all are. */
  if (number->length <= KEPT_DIGITS && !has_exponent (number))
    return NULL;

  text = g_strndup (number->text, number->length);
  value = g_ascii_strtod (text, NULL);
  if (!isfinite (value))
    return g_strdup ("null");

  shortest = dup_shortest (value);
  if (tally_decimal_compare (number->text, number->length, shortest, strlen (shortest)) == 0)
    return NULL;

  return g_steal_pointer (&shortest);
}

static TallyBend
get_kind (const TallyJsonSpan *number)
{
  gboolean whole = memchr (number->text, '.', number->length) == NULL && !has_exponent (number);

  return whole ? TALLY_BEND_WHOLE : TALLY_BEND_DECIMAL;
}

TallyJsonSpan
tally_json_find_bent (const char *text,
                      gssize      length,
                      TallyBend   bend,
                      char      **bent)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  TallyJsonSpan span = { 0 };
  TallyJsonToken token;

  *bent = NULL;
  if (bend == TALLY_BEND_NOTHING)
    return span;

  tally_json_scanner_init (&scanner, text, length < 0 ? strlen (text) : (gsize) length);
  while ((token = tally_json_scanner_next (&scanner, &span, NULL)) != TALLY_JSON_TOKEN_END &&
         token != TALLY_JSON_TOKEN_ERROR)
    {
      if (token != TALLY_JSON_TOKEN_NUMBER || (get_kind (&span) & bend) == 0)
        continue;

      *bent = dup_bent (&span);
      if (*bent != NULL)
        return span;
    }

  return (TallyJsonSpan) { 0 };
}
