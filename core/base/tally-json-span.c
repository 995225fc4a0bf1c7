/* tally-json-span.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "config.h"

#include "base/tally-json-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
is_string (const TallyJsonSpan *span)
{
  return span->length >= 2 && span->text[0] == '"' && span->text[span->length - 1] == '"';
}

static guint
read_hex (const char *at)
{
  guint value = 0;

  for (guint i = 0; i < 4; i++)
    value = value << 4 | (guint) g_ascii_xdigit_value (at[i]);

  return value;
}

/* WTF-8: as UTF-8, but a surrogate is let through in three bytes. */
static void
append_code_point (GString *out,
                   guint    c)
{
  char bytes[6];
  guint length = 0;

  if (c < 0x80)
    bytes[length++] = (char) c;
  else if (c < 0x800)
    bytes[length++] = (char) (0xc0 | c >> 6);
  else if (c < 0x10000)
    bytes[length++] = (char) (0xe0 | c >> 12);
  else
    {
      bytes[length++] = (char) (0xf0 | c >> 18);
      bytes[length++] = (char) (0x80 | (c >> 12 & 0x3f));
    }
  if (c >= 0x800)
    bytes[length++] = (char) (0x80 | (c >> 6 & 0x3f));
  if (c >= 0x80)
    bytes[length++] = (char) (0x80 | (c & 0x3f));

  g_string_append_len (out, bytes, length);
}

/* Reads the escape at the backslash @at; returns the first byte after it. */
static const char *
append_escape (GString    *out,
               const char *at,
               const char *end)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  guint c;

  if (at[1] != 'u')
    {
      g_string_append_c (out, to[strchr (from, at[1]) - from]);
      return at + 2;
    }

  c = read_hex (at + 2);
  at += 6;
  if (c >= 0xd800 && c < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u')
    {
      guint low = read_hex (at + 2);

      if (low >= 0xdc00 && low < 0xe000)
        {
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
    }
  append_code_point (out, c);

  return at;
}

/**
 * tally_json_span_append_bytes:
 * @span: a string a scanner has passed, with its quotes
 * @out: appended to; may get zero bytes
 *
 * Unescapes. A lone surrogate, which JSON can write and UTF-8 cannot, becomes its three bytes of
 * WTF-8 (simonsapin.github.io/wtf-8), so that different names stay different.
 */
void
tally_json_span_append_bytes (const TallyJsonSpan *span,
                              GString             *out)
{
  const char *at = span->text + 1;
  const char *end = span->text + span->length - 1;

  g_return_if_fail (is_string (span));

  while (at < end)
    {
      const char *escape = memchr (at, '\\', end - at);

      if (escape == NULL)
        escape = end;
      g_string_append_len (out, at, escape - at);
      at = escape < end ? append_escape (out, escape, end) : end;
    }
}

/**
 * tally_json_span_get_line:
 * @span: a piece of @text
 * @text: the whole text
 *
 * Returns: the line on which @span begins, from 1
 */
guint
tally_json_span_get_line (const TallyJsonSpan *span,
                          const char          *text)
{
  guint line = 1;

  for (const char *at = text; at < span->text; at++)
    line += *at == '\n';

  return line;
}

/**
 * tally_json_span_equals:
 * @span: a value or name
 * @plain: UTF-8
 *
 * Returns: %TRUE when @span is a string that says @plain
 */
gboolean
tally_json_span_equals (const TallyJsonSpan *span,
                        const char          *plain)
{
  g_autoptr (GString) bytes = NULL;
  gsize length = strlen (plain);

  if (!is_string (span))
    return FALSE;
  if (memchr (span->text, '\\', span->length) == NULL)
    return span->length == length + 2 && memcmp (span->text + 1, plain, length) == 0;

  bytes = g_string_sized_new (span->length);
  tally_json_span_append_bytes (span, bytes);

  return bytes->len == length && memcmp (bytes->str, plain, length) == 0;
}

/**
 * tally_json_span_dup:
 * @span: a piece of text
 *
 * Returns: (transfer full): its bytes as they came
 */
char *
tally_json_span_dup (const TallyJsonSpan *span)
{
  return g_strndup (span->text, span->length);
}

/**
 * tally_json_span_dup_string:
 * @span: a value or name a scanner has passed
 * @error: %TALLY_JSON_ERROR_SYNTAX when it is no string, %TALLY_JSON_ERROR_ENCODING when a C
 *   string cannot hold it; the caller, who has the whole text, adds the line
 *
 * Returns: (transfer full) (nullable): what the string says, in UTF-8
 */
char *
tally_json_span_dup_string (const TallyJsonSpan  *span,
                            GError              **error)
{
  g_autoptr (GString) bytes = NULL;

  if (!is_string (span))
    {
      g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX,
                           _("expected a string"));
      return NULL;
    }
  if (memchr (span->text, '\\', span->length) == NULL)
    return g_strndup (span->text + 1, span->length - 2);

  bytes = g_string_sized_new (span->length);
  tally_json_span_append_bytes (span, bytes);
  if (!g_utf8_validate_len (bytes->str, bytes->len, NULL))
    {
      g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_ENCODING,
                           _("the string holds \\u0000 or half a surrogate pair"));
      return NULL;
    }

  return g_string_free (g_steal_pointer (&bytes), FALSE);
}

/**
 * tally_json_span_get_int:
 * @span: a value
 * @value: (out): the number; untouched on failure
 * @error: %TALLY_JSON_ERROR_SYNTAX
 *
 * Reads an integer written as one: `1.0` and `1e3` are not, no envelope has them.
 *
 * Returns: %FALSE when it is none, or beyond 64 bits
 */
gboolean
tally_json_span_get_int (const TallyJsonSpan  *span,
                         gint64               *value,
                         GError              **error)
{
  char digits[24];

  if (span->length > 0 && span->length < sizeof digits)
    {
      memcpy (digits, span->text, span->length);
      digits[span->length] = '\0';
      if ((digits[0] == '-' || g_ascii_isdigit (digits[0])) &&
          g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, value, NULL))
        return TRUE;
    }

  g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX,
                       _("expected a whole number"));
  return FALSE;
}

/**
 * tally_json_append_string:
 * @out: appended to
 * @plain: UTF-8
 *
 * Writes @plain as JSON, quotes included. Only the quote, the backslash and controls are escaped,
 * the shortest way there is.
 */
void
tally_json_append_string (GString    *out,
                          const char *plain)
{
  static const char short_from[] = "\"\\\b\f\n\r\t";
  static const char short_to[] = "\"\\bfnrt";
  const char *run = plain;
  const char *at = plain;

  g_string_append_c (out, '"');
  for (; *at != '\0'; at++)
    {
      const char *found;

      if ((guchar) *at >= 0x20 && *at != '"' && *at != '\\')
        continue;

      g_string_append_len (out, run, at - run);
      run = at + 1;
      found = strchr (short_from, *at);
      if (found != NULL)
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, short_to[found - short_from]);
        }
      else
        g_string_append_printf (out, "\\u%04x", (guchar) *at);
    }
  g_string_append_len (out, run, at - run);
  g_string_append_c (out, '"');
}
