/* tally-value.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-value.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * tally_value_check:
 * @text: what was typed
 * @message: (out) (optional): why it is no value, translated
 *
 * Returns: whether @text is one JSON value
 */
gboolean
tally_value_check (const char  *text,
                   char       **message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *compact = NULL;
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (*trimmed == '\0')
    {
      if (message != NULL)
        *message = g_strdup (_("Enter a value"));
      return FALSE;
    }

  compact = tally_json_text_compact (trimmed, -1, &error);
  if (compact != NULL)
    return TRUE;

  if (message == NULL)
    return FALSE;

  /* The commonest slip: words without quotation marks. The hint is the very text to type. */
  if (g_unichar_isalpha (g_utf8_get_char_validated (trimmed, -1)) &&
      strpbrk (trimmed, "\"\\") == NULL)
    *message = g_strdup_printf (_("Text needs quotation marks: \"%s\""), trimmed);
  else
    *message = g_strdup_printf (_("Not a JSON value: %s"), error->message);

  return FALSE;
}
