/* tally-why.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-why.h"

#include "base/tally-json-text.h"
#include "model/tally-reason.h"

static void
append_reasons (GString                *text,
                const TallyJsonMember  *member)
{
  g_autoptr (GArray) reasons = NULL;

  reasons = tally_json_text_elements (member->value.text, member->value.length, NULL);
  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    {
      g_autofree char *json = tally_json_span_dup (&g_array_index (reasons, TallyJsonSpan, i));
      g_autoptr (TallyReason) reason = tally_reason_from_json (json);
      g_autofree char *words = reason != NULL ? tally_reason_describe (reason) : NULL;

      if (words != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", words);
    }
}

/**
 * tally_why_describe:
 * @json: the answer of Why
 *
 * Returns: (transfer full) (nullable): why the record is where it is, in words; %NULL when there
 *   is nothing to explain
 */
char *
tally_why_describe (const char *json)
{
  g_autoptr (GArray) members = tally_json_text_members (json, -1, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  const TallyJsonMember *member = NULL;

  if (members != NULL)
    member = tally_json_members_find (members, "reasons");
  if (member != NULL)
    append_reasons (text, member);

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
