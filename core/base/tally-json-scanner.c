/* tally-json-scanner.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "config.h"

#include "base/tally-json-scanner.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_QUARK (tally-json-error-quark, tally_json_error)

/* What may come next; a state machine instead of recursion, so that depth costs a bit, not a
 * stack frame. */
typedef enum
{
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END,
  EXPECT_NAME,
  EXPECT_NAME_OR_END,
  EXPECT_COLON,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING,
  EXPECT_FAILED,
} Expect;

/**
 * tally_json_scanner_init:
 * @self: (out caller-allocates): a scanner
 * @text: (array length=length): the text, borrowed until clear
 * @length: bytes
 *
 * Sets the scanner on the first byte of @text.
 */
void
tally_json_scanner_init (TallyJsonScanner *self,
                         const char       *text,
                         gsize             length)
{
  self->text = text;
  self->length = length;
  self->offset = 0;
  self->depth = 0;
  self->max_depth = TALLY_JSON_MAX_NESTING;
  self->expect = EXPECT_VALUE;
}

/**
 * tally_json_scanner_set_max_depth:
 * @self: a scanner on its first byte
 * @max_depth: levels, at most %TALLY_JSON_MAX_NESTING
 *
 * Makes deeper nesting an error.
 */
void
tally_json_scanner_set_max_depth (TallyJsonScanner *self,
                                  guint             max_depth)
{
  g_return_if_fail (max_depth <= TALLY_JSON_MAX_NESTING);

  self->max_depth = max_depth;
}

/**
 * tally_json_scanner_clear:
 * @self: a scanner
 *
 * Lets go of the text.
 */
void
tally_json_scanner_clear (TallyJsonScanner *self)
{
  self->text = NULL;
  self->length = 0;
  self->offset = 0;
  self->expect = EXPECT_FAILED;
}

/**
 * tally_json_scanner_get_line:
 * @self: a scanner
 *
 * Counts on demand: only an error asks.
 *
 * Returns: the line the scanner stands on, from 1
 */
guint
tally_json_scanner_get_line (TallyJsonScanner *self)
{
  const char *at = self->text;
  const char *end = self->text + self->offset;
  guint line = 1;

  while (at < end && (at = memchr (at, '\n', end - at)) != NULL)
    {
      line++;
      at++;
    }

  return line;
}

static TallyJsonToken
fail (TallyJsonScanner  *self,
      TallyJsonError     code,
      const char        *what,
      GError           **error)
{
  g_set_error (error, TALLY_JSON_ERROR, code, _("line %u: %s"),
               tally_json_scanner_get_line (self), what);
  self->expect = EXPECT_FAILED;
  return TALLY_JSON_TOKEN_ERROR;
}

static inline gboolean
is_white (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline gboolean
in_object (TallyJsonScanner *self)
{
  guint level = self->depth - 1;

  return (self->nesting[level / 8] >> (level % 8)) & 1;
}

static inline void
value_is_over (TallyJsonScanner *self)
{
  self->expect = self->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static TallyJsonToken
open_level (TallyJsonScanner  *self,
            gboolean           object,
            GError           **error)
{
  guint level = self->depth;
  guint8 bit = 1 << (level % 8);

  if (level == self->max_depth)
    return fail (self, TALLY_JSON_ERROR_DEPTH, _("nested too deeply"), error);

  if (object)
    self->nesting[level / 8] |= bit;
  else
    self->nesting[level / 8] &= ~bit;

  self->depth++;
  self->offset++;
  self->expect = object ? EXPECT_NAME_OR_END : EXPECT_VALUE_OR_END;

  return object ? TALLY_JSON_TOKEN_OBJECT_START : TALLY_JSON_TOKEN_ARRAY_START;
}

static TallyJsonToken
close_level (TallyJsonScanner  *self,
             GError           **error)
{
  gboolean object = in_object (self);

  if (self->text[self->offset] != (object ? '}' : ']'))
    return fail (self, TALLY_JSON_ERROR_SYNTAX,
                 object ? _("expected a comma or “}”") : _("expected a comma or “]”"), error);

  self->depth--;
  self->offset++;
  value_is_over (self);

  return object ? TALLY_JSON_TOKEN_OBJECT_END : TALLY_JSON_TOKEN_ARRAY_END;
}

/* Length of the well-formed UTF-8 sequence at @at, 0 when there is none: the table of
 * well-formed sequences, Unicode 15, section 3.9, table 3-7. */
static guint
utf8_length (const guchar *at,
             const guchar *end)
{
  guchar low = 0x80;
  guchar high = 0xbf;
  guint length;

  if (at[0] >= 0xc2 && at[0] <= 0xdf)
    length = 2;
  else if (at[0] >= 0xe0 && at[0] <= 0xef)
    length = 3;
  else if (at[0] >= 0xf0 && at[0] <= 0xf4)
    length = 4;
  else
    return 0;

  if (at[0] == 0xe0)
    low = 0xa0;
  else if (at[0] == 0xed)
    high = 0x9f;
  else if (at[0] == 0xf0)
    low = 0x90;
  else if (at[0] == 0xf4)
    high = 0x8f;

  if ((gsize) (end - at) < length || at[1] < low || at[1] > high)
    return 0;
  for (guint i = 2; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;

  return length;
}

/* Length of the escape sequence at the backslash @at, 0 when there is none. */
static guint
escape_length (const guchar *at,
               const guchar *end)
{
  if (end - at < 2)
    return 0;

  switch (at[1])
    {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      return 2;
    case 'u':
      if (end - at < 6)
        return 0;
      for (guint i = 2; i < 6; i++)
        if (!g_ascii_isxdigit (at[i]))
          return 0;
      return 6;
    default:
      return 0;
    }
}

/* Bytes that go through a string as they are: ASCII but controls, quote and backslash. */
static inline gboolean
is_plain (guchar c)
{
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static TallyJsonToken
scan_string (TallyJsonScanner  *self,
             TallyJsonToken     token,
             GError           **error)
{
  const guchar *at = (const guchar *) self->text + self->offset + 1;
  const guchar *end = (const guchar *) self->text + self->length;

  for (;;)
    {
      guint step;

      while (at < end && is_plain (*at))
        at++;

      self->offset = (const char *) at - self->text;
      if (at == end)
        return fail (self, TALLY_JSON_ERROR_SYNTAX, _("a string has no end"), error);
      if (*at == '"')
        break;

      if (*at < 0x20)
        return fail (self, TALLY_JSON_ERROR_SYNTAX,
                     _("a control character stands in a string unescaped"), error);

      step = *at == '\\' ? escape_length (at, end) : utf8_length (at, end);
      if (step == 0 && *at == '\\')
        return fail (self, TALLY_JSON_ERROR_SYNTAX, _("not an escape sequence"), error);
      if (step == 0)
        return fail (self, TALLY_JSON_ERROR_ENCODING, _("not UTF-8"), error);
      at += step;
    }

  self->offset++;
  if (token == TALLY_JSON_TOKEN_NAME)
    self->expect = EXPECT_COLON;
  else
    value_is_over (self);

  return token;
}

static const char *
skip_digits (const char *at,
             const char *end)
{
  while (at < end && g_ascii_isdigit (*at))
    at++;

  return at;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static TallyJsonToken
scan_number (TallyJsonScanner  *self,
             GError           **error)
{
  const char *at = self->text + self->offset;
  const char *end = self->text + self->length;
  const char *digits;
  gboolean good;

  if (*at == '-')
    at++;

  digits = at;
  at = at < end && *at == '0' ? at + 1 : skip_digits (at, end);
  good = at > digits;

  if (good && at < end && *at == '.')
    {
      digits = at + 1;
      at = skip_digits (digits, end);
      good = at > digits;
    }
  if (good && at < end && (*at == 'e' || *at == 'E'))
    {
      digits = at + 1;
      if (digits < end && (*digits == '+' || *digits == '-'))
        digits++;
      at = skip_digits (digits, end);
      good = at > digits;
    }

  if (!good)
    return fail (self, TALLY_JSON_ERROR_SYNTAX, _("not a number"), error);

  self->offset = at - self->text;
  value_is_over (self);

  return TALLY_JSON_TOKEN_NUMBER;
}

static TallyJsonToken
scan_word (TallyJsonScanner  *self,
           const char        *word,
           TallyJsonToken     token,
           GError           **error)
{
  gsize length = strlen (word);

  if (self->length - self->offset < length ||
      memcmp (self->text + self->offset, word, length) != 0)
    return fail (self, TALLY_JSON_ERROR_SYNTAX, _("expected a value"), error);

  self->offset += length;
  value_is_over (self);

  return token;
}

static TallyJsonToken
scan_value (TallyJsonScanner  *self,
            GError           **error)
{
  switch (self->text[self->offset])
    {
    case '{':
      return open_level (self, TRUE, error);
    case '[':
      return open_level (self, FALSE, error);
    case '"':
      return scan_string (self, TALLY_JSON_TOKEN_STRING, error);
    case 't':
      return scan_word (self, "true", TALLY_JSON_TOKEN_TRUE, error);
    case 'f':
      return scan_word (self, "false", TALLY_JSON_TOKEN_FALSE, error);
    case 'n':
      return scan_word (self, "null", TALLY_JSON_TOKEN_NULL, error);
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
      return scan_number (self, error);
    case '\xef':
      if (self->offset == 0)
        return fail (self, TALLY_JSON_ERROR_SYNTAX,
                     _("the text starts with a byte order mark"), error);
      G_GNUC_FALLTHROUGH;
    default:
      return fail (self, TALLY_JSON_ERROR_SYNTAX, _("expected a value"), error);
    }
}

static TallyJsonToken
scan_name (TallyJsonScanner  *self,
           GError           **error)
{
  if (self->text[self->offset] != '"')
    return fail (self, TALLY_JSON_ERROR_SYNTAX, _("expected a member’s name"), error);

  return scan_string (self, TALLY_JSON_TOKEN_NAME, error);
}

/* Steps over white space and over the comma or colon that must come next.
 * FALSE: the text is over, or the error is set. */
static gboolean
find_token (TallyJsonScanner  *self,
            GError           **error)
{
  for (;;)
    {
      while (self->offset < self->length && is_white (self->text[self->offset]))
        self->offset++;

      if (self->offset == self->length)
        return FALSE;

      if (self->expect == EXPECT_COLON)
        {
          if (self->text[self->offset] != ':')
            {
              fail (self, TALLY_JSON_ERROR_SYNTAX, _("expected a colon"), error);
              return FALSE;
            }
          self->expect = EXPECT_VALUE;
        }
      else if (self->expect == EXPECT_COMMA_OR_END && self->text[self->offset] == ',')
        self->expect = in_object (self) ? EXPECT_NAME : EXPECT_VALUE;
      else
        return TRUE;

      self->offset++;
    }
}

static TallyJsonToken
scan_token (TallyJsonScanner  *self,
            GError           **error)
{
  switch ((Expect) self->expect)
    {
    case EXPECT_VALUE:
      return scan_value (self, error);
    case EXPECT_VALUE_OR_END:
      return self->text[self->offset] == ']' ? close_level (self, error) : scan_value (self, error);
    case EXPECT_NAME:
      return scan_name (self, error);
    case EXPECT_NAME_OR_END:
      return self->text[self->offset] == '}' ? close_level (self, error) : scan_name (self, error);
    case EXPECT_COMMA_OR_END:
      return close_level (self, error);
    case EXPECT_NOTHING:
      return fail (self, TALLY_JSON_ERROR_SYNTAX, _("something follows the value"), error);
    case EXPECT_COLON:
    case EXPECT_FAILED:
    default:
      g_assert_not_reached ();
    }
}

/**
 * tally_json_scanner_next:
 * @self: a scanner
 * @span: (out) (optional): the token's bytes in the text
 * @error: #TallyJsonError, the message names the line
 *
 * Reads one token. Commas and colons are checked and stepped over.
 *
 * Returns: the token; %TALLY_JSON_TOKEN_END once the whole text was one value
 */
TallyJsonToken
tally_json_scanner_next (TallyJsonScanner  *self,
                         TallyJsonSpan     *span,
                         GError           **error)
{
  TallyJsonToken token;
  gsize start;

  if (G_UNLIKELY (self->expect == EXPECT_FAILED))
    return fail (self, TALLY_JSON_ERROR_SYNTAX, _("nothing more can be read"), error);

  if (G_UNLIKELY (!find_token (self, error)))
    {
      if (self->expect == EXPECT_FAILED)
        return TALLY_JSON_TOKEN_ERROR;
      if (self->expect != EXPECT_NOTHING)
        return fail (self, TALLY_JSON_ERROR_SYNTAX, _("the text ends too early"), error);
      if (span != NULL)
        *span = (TallyJsonSpan) { self->text + self->offset, 0 };
      return TALLY_JSON_TOKEN_END;
    }

  start = self->offset;
  token = scan_token (self, error);
  if (span != NULL)
    *span = (TallyJsonSpan) { self->text + start, self->offset - start };

  return token;
}

/**
 * tally_json_scanner_end_value:
 * @self: a scanner
 * @token: what next() just returned: the beginning of a value
 * @span: (inout): that token's span, widened to the whole value
 * @error: #TallyJsonError
 *
 * Reads on to the end of a value whose first token was taken already; a scalar is whole as it is.
 *
 * Returns: %FALSE when the text is wrong, or @token begins no value
 */
gboolean
tally_json_scanner_end_value (TallyJsonScanner  *self,
                              TallyJsonToken     token,
                              TallyJsonSpan     *span,
                              GError           **error)
{
  guint outside;

  switch (token)
    {
    case TALLY_JSON_TOKEN_STRING:
    case TALLY_JSON_TOKEN_NUMBER:
    case TALLY_JSON_TOKEN_TRUE:
    case TALLY_JSON_TOKEN_FALSE:
    case TALLY_JSON_TOKEN_NULL:
      return TRUE;
    case TALLY_JSON_TOKEN_OBJECT_START:
    case TALLY_JSON_TOKEN_ARRAY_START:
      break;
    case TALLY_JSON_TOKEN_ERROR:
      return FALSE;
    case TALLY_JSON_TOKEN_END:
    case TALLY_JSON_TOKEN_OBJECT_END:
    case TALLY_JSON_TOKEN_ARRAY_END:
    case TALLY_JSON_TOKEN_NAME:
    default:
      fail (self, TALLY_JSON_ERROR_SYNTAX, _("expected a value"), error);
      return FALSE;
    }

  outside = self->depth - 1;
  while (self->depth > outside)
    if (tally_json_scanner_next (self, NULL, error) == TALLY_JSON_TOKEN_ERROR)
      return FALSE;

  span->length = self->text + self->offset - span->text;

  return TRUE;
}

/**
 * tally_json_scanner_skip_value:
 * @self: a scanner that stands before a value, as after a name
 * @span: (out): the whole value as it came, white space inside included
 * @error: #TallyJsonError
 *
 * Steps over one value.
 *
 * Returns: %FALSE when the text is wrong
 */
gboolean
tally_json_scanner_skip_value (TallyJsonScanner  *self,
                               TallyJsonSpan     *span,
                               GError           **error)
{
  TallyJsonToken token = tally_json_scanner_next (self, span, error);

  return tally_json_scanner_end_value (self, token, span, error);
}
