/* tally-pretty-json.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-pretty-json.h"

#include <string.h>

/* Two spaces a level, as the rest of the desktop's JSON viewers do; deeper than this the text
 * stays at one column, or a document of a thousand levels would be mostly margin. */
#define MAX_INDENT 24

typedef struct
{
  TallyPrettyFunc  func;
  gpointer         user_data;

  GString         *out;
  guint            depth;
  gboolean         after_name;   /* the next value stands on the name's line */
  gboolean         empty;        /* nothing in the innermost container so far */
} Layout;

static void
new_line (Layout *layout)
{
  g_string_append_c (layout->out, '\n');
  for (guint i = 0; i < MIN (layout->depth, MAX_INDENT); i++)
    g_string_append (layout->out, "  ");
}

static void
before_value (Layout *layout)
{
  if (layout->after_name)
    {
      layout->after_name = FALSE;
      return;
    }

  if (layout->depth == 0)
    return;

  if (!layout->empty)
    g_string_append_c (layout->out, ',');
  new_line (layout);
}

static void
append_piece (Layout              *layout,
              TallyJsonToken       token,
              const TallyJsonSpan *span)
{
  gsize start = layout->out->len;

  g_string_append_len (layout->out, span->text, span->length);
  if (layout->func != NULL)
    layout->func (token, start, layout->out, layout->user_data);
}

static void
append_token (Layout              *layout,
              TallyJsonToken       token,
              const TallyJsonSpan *span)
{
  switch (token)
    {
    case TALLY_JSON_TOKEN_OBJECT_START:
    case TALLY_JSON_TOKEN_ARRAY_START:
      before_value (layout);
      g_string_append_c (layout->out, token == TALLY_JSON_TOKEN_OBJECT_START ? '{' : '[');
      layout->depth++;
      layout->empty = TRUE;
      break;
    case TALLY_JSON_TOKEN_OBJECT_END:
    case TALLY_JSON_TOKEN_ARRAY_END:
      layout->depth--;
      if (!layout->empty)
        new_line (layout);
      g_string_append_c (layout->out, token == TALLY_JSON_TOKEN_OBJECT_END ? '}' : ']');
      layout->empty = FALSE;
      break;
    case TALLY_JSON_TOKEN_NAME:
      before_value (layout);
      append_piece (layout, token, span);
      g_string_append (layout->out, ": ");
      layout->after_name = TRUE;
      layout->empty = FALSE;
      break;
    case TALLY_JSON_TOKEN_STRING:
    case TALLY_JSON_TOKEN_NUMBER:
    case TALLY_JSON_TOKEN_TRUE:
    case TALLY_JSON_TOKEN_FALSE:
    case TALLY_JSON_TOKEN_NULL:
      before_value (layout);
      append_piece (layout, token, span);
      layout->empty = FALSE;
      break;
    case TALLY_JSON_TOKEN_END:
    case TALLY_JSON_TOKEN_ERROR:
    default:
      break;
    }
}

/**
 * tally_pretty_json_full:
 * @json: JSON text
 * @func: (nullable) (scope call): told of every piece
 * @user_data: for @func
 *
 * Lays a JSON text out for reading: one member a line, every name and value character for
 * character as it is. What is no JSON comes back as it was.
 *
 * Returns: (transfer full): the text
 */
char *
tally_pretty_json_full (const char      *json,
                        TallyPrettyFunc  func,
                        gpointer         user_data)
{
  g_auto (TallyJsonScanner) scanner = { 0, };
  g_autoptr (GString) out = g_string_sized_new (256);
  Layout layout = { func, user_data, out, 0, FALSE, TRUE };

  g_return_val_if_fail (json != NULL, NULL);

  tally_json_scanner_init (&scanner, json, strlen (json));
  while (TRUE)
    {
      TallyJsonSpan span = { NULL, 0 };
      TallyJsonToken token = tally_json_scanner_next (&scanner, &span, NULL);

      if (token == TALLY_JSON_TOKEN_ERROR)
        return g_strdup (json);
      if (token == TALLY_JSON_TOKEN_END)
        break;
      append_token (&layout, token, &span);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
tally_pretty_json (const char *json)
{
  return tally_pretty_json_full (json, NULL, NULL);
}
