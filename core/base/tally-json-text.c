/* tally-json-text.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "config.h"

#include "base/tally-json-text.h"

#include "base/tally-json-names-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Enough of a name to find it by, bytes. */
#define SHOWN_NAME_LENGTH 80

static gboolean
refuse_twice (const TallyJsonSpan  *name,
              const char           *text,
              GError              **error)
{
  g_autofree char *shown = g_utf8_make_valid (name->text, MIN (name->length, SHOWN_NAME_LENGTH));

  g_set_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_DUPLICATE,
               _("line %u: the member %s stands twice in one object"),
               tally_json_span_get_line (name, text), shown);
  return FALSE;
}

/* Follows one token; FALSE when it ended an object, or was a name, that stands twice. */
static gboolean
check_names (TallyJsonNames       *names,
             TallyJsonToken        token,
             const TallyJsonSpan  *span,
             const char           *text,
             GError              **error)
{
  TallyJsonSpan twice = *span;

  if (token == TALLY_JSON_TOKEN_OBJECT_START)
    tally_json_names_open (names);
  else if (token == TALLY_JSON_TOKEN_NAME && !tally_json_names_add (names, span))
    return refuse_twice (&twice, text, error);
  else if (token == TALLY_JSON_TOKEN_OBJECT_END && !tally_json_names_close (names, &twice))
    return refuse_twice (&twice, text, error);

  return TRUE;
}

/* Copies what stands between two tokens: a comma, a colon or nothing, white space left out. */
static char *
copy_gap (char       *to,
          const char *from,
          const char *end)
{
  for (; from < end; from++)
    if (*from == ',' || *from == ':')
      *to++ = *from;

  return to;
}

/* Writes the text form of what @scanner has left to @to, which has room for all of it; returns
 * the end, NULL on error. Runs without white space are copied whole: what comes from a server
 * mostly is one run. */
static char *
write_compact (TallyJsonScanner  *scanner,
               char              *to,
               GError           **error)
{
  g_auto (TallyJsonNames) names = { 0 };
  const char *text = scanner->text;
  const char *run = scanner->text + scanner->offset;
  const char *last = run;

  tally_json_names_init (&names);
  for (;;)
    {
      TallyJsonSpan span;
      TallyJsonToken token = tally_json_scanner_next (scanner, &span, error);
      gsize gap;

      if (token == TALLY_JSON_TOKEN_ERROR || !check_names (&names, token, &span, text, error))
        return NULL;

      gap = span.text - last;
      if (gap > 1 || (gap == 1 && *last != ',' && *last != ':') || token == TALLY_JSON_TOKEN_END)
        {
          memcpy (to, run, last - run);
          to = copy_gap (to + (last - run), last, span.text);
          run = span.text;
        }
      if (token == TALLY_JSON_TOKEN_END)
        return to;
      last = span.text + span.length;
    }
}

static gsize
text_length (const char *text,
             gssize      length)
{
  return length < 0 ? strlen (text) : (gsize) length;
}

/**
 * tally_json_text_compact:
 * @text: a JSON text
 * @length: bytes, or -1 when NUL-terminated
 * @error: #TallyJsonError
 *
 * The text form: checks @text and leaves out white space outside strings; every other byte,
 * the order of members, numbers and escapes stay as they came. An escape that says half a
 * surrogate pair or \u0000 is JSON and stays too.
 *
 * Returns: (transfer full) (nullable): the text form
 */
char *
tally_json_text_compact (const char  *text,
                         gssize       length,
                         GError     **error)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autofree char *compact = NULL;
  gsize n_bytes = text_length (text, length);
  char *end;

  tally_json_scanner_init (&scanner, text, n_bytes);
  tally_json_scanner_set_max_depth (&scanner, TALLY_JSON_MAX_DEPTH);
  compact = g_malloc (n_bytes + 1);
  end = write_compact (&scanner, compact, error);
  if (end == NULL)
    return NULL;
  *end = '\0';

  return g_steal_pointer (&compact);
}

/**
 * tally_json_span_append_compact:
 * @span: a value
 * @text: the text it was cut from
 * @out: appended to; as it was on failure
 * @error: #TallyJsonError, with the line in @text
 *
 * As tally_json_text_compact(), for a member or element of a document: the document's own level
 * counts.
 *
 * Returns: %FALSE when the value is wrong
 */
gboolean
tally_json_span_append_compact (const TallyJsonSpan  *span,
                                const char           *text,
                                GString              *out,
                                GError              **error)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  gsize before = out->len;
  gsize start = span->text - text;
  char *end;

  /* a scalar was checked when it was cut, and has nothing inside */
  if (span->text[0] != '{' && span->text[0] != '[')
    {
      g_string_append_len (out, span->text, span->length);
      return TRUE;
    }

  tally_json_scanner_init (&scanner, text, start + span->length);
  /* it was one level down */
  tally_json_scanner_set_max_depth (&scanner, TALLY_JSON_MAX_DEPTH - 1);
  scanner.offset = start;
  g_string_set_size (out, before + span->length);
  end = write_compact (&scanner, out->str + before, error);
  g_string_truncate (out, end != NULL ? (gsize) (end - out->str) : before);

  return end != NULL;
}

static gboolean
enter (TallyJsonScanner  *scanner,
       TallyJsonToken     wanted,
       GError           **error)
{
  TallyJsonToken token = tally_json_scanner_next (scanner, NULL, error);

  if (token == wanted)
    return TRUE;

  if (token != TALLY_JSON_TOKEN_ERROR)
    g_set_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX, _("line %u: %s"),
                 tally_json_scanner_get_line (scanner),
                 wanted == TALLY_JSON_TOKEN_OBJECT_START ? _("expected an object")
                                                         : _("expected an array"));
  return FALSE;
}

/**
 * tally_json_text_members:
 * @text: a JSON text, kept by the caller as long as the array
 * @length: bytes, or -1 when NUL-terminated
 * @error: #TallyJsonError; duplicates are looked for among these members, not inside them
 *
 * Takes an object apart, one level.
 *
 * Returns: (transfer full) (nullable) (element-type TallyJsonMember): its members in their order
 */
GArray *
tally_json_text_members (const char  *text,
                         gssize       length,
                         GError     **error)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_auto (TallyJsonNames) names = { 0 };
  g_autoptr (GArray) members = g_array_sized_new (FALSE, FALSE, sizeof (TallyJsonMember), 16);
  TallyJsonMember member;
  TallyJsonToken token;

  tally_json_names_init (&names);
  tally_json_names_open (&names);
  tally_json_scanner_init (&scanner, text, text_length (text, length));
  if (!enter (&scanner, TALLY_JSON_TOKEN_OBJECT_START, error))
    return NULL;

  while ((token = tally_json_scanner_next (&scanner, &member.name, error)) == TALLY_JSON_TOKEN_NAME)
    {
      if (!check_names (&names, token, &member.name, text, error) ||
          !tally_json_scanner_skip_value (&scanner, &member.value, error))
        return NULL;
      g_array_append_val (members, member);
    }

  if (token == TALLY_JSON_TOKEN_ERROR ||
      !check_names (&names, token, &member.name, text, error) ||
      tally_json_scanner_next (&scanner, NULL, error) != TALLY_JSON_TOKEN_END)
    return NULL;

  return g_steal_pointer (&members);
}

/**
 * tally_json_text_elements:
 * @text: a JSON text, kept by the caller as long as the array
 * @length: bytes, or -1 when NUL-terminated
 * @error: #TallyJsonError
 *
 * Takes an array apart, one level.
 *
 * Returns: (transfer full) (nullable) (element-type TallyJsonSpan): its elements in their order
 */
GArray *
tally_json_text_elements (const char  *text,
                          gssize       length,
                          GError     **error)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autoptr (GArray) elements = g_array_new (FALSE, FALSE, sizeof (TallyJsonSpan));
  TallyJsonSpan span;
  TallyJsonToken token;

  tally_json_scanner_init (&scanner, text, text_length (text, length));
  if (!enter (&scanner, TALLY_JSON_TOKEN_ARRAY_START, error))
    return NULL;

  while ((token = tally_json_scanner_next (&scanner, &span, error)) != TALLY_JSON_TOKEN_ARRAY_END)
    {
      if (!tally_json_scanner_end_value (&scanner, token, &span, error))
        return NULL;
      g_array_append_val (elements, span);
    }

  if (tally_json_scanner_next (&scanner, NULL, error) != TALLY_JSON_TOKEN_END)
    return NULL;

  return g_steal_pointer (&elements);
}

/**
 * tally_json_members_find:
 * @members: (element-type TallyJsonMember): what tally_json_text_members() returned
 * @name: the plain name
 *
 * Returns: (transfer none) (nullable): the member
 */
const TallyJsonMember *
tally_json_members_find (GArray     *members,
                         const char *name)
{
  for (guint i = 0; i < members->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);

      if (tally_json_span_equals (&member->name, name))
        return member;
    }

  return NULL;
}
