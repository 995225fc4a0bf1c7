/* sim-typing.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-typing.h"

#include "sim/sim-events.h"

#include "base/tally-json-double.h"
#include "base/tally-json-text.h"

#include <string.h>

static const char * const members[] = { "a", "b", "c", "d" };

/* The longest of the large values: well over a page of SQLite, so that it needs several. */
#define LARGE_BYTES 20000

#define BOTH (TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL)

/* The least whole number that no double holds (2^53 + 1); every second after it is another. */
#define FIRST_BENT G_GUINT64_CONSTANT (9007199254740993)

const char *
tally_sim_typing_key (guint n)
{
  static const char * const keys[] = {
    "till:0", "till:a/b%20c+d", "tüll:2 \"x\"", "Till:3", "till:4", "till:5",
  };

  return keys[n % G_N_ELEMENTS (keys)];
}

/* Nearly always a value of its own; now and then one that others write as well. */
static void
append_value (TallySimDice *dice,
              guint         who,
              GString      *out)
{
  guint32 own = tally_sim_dice_next (dice);
  gint32 what = tally_sim_dice_range (dice, 0, 1000);

  if (what < 80)
    g_string_append_printf (out, "\"x%u\"", own % 3);
  else if (what < 90 && who != TALLY_SIM_FOREIGNER)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, FIRST_BENT + 2 * (guint64) own);
  else if (what < 200)
    g_string_append_printf (out, "%u%s", own % 100000000, own % 2 == 0 ? "" : ".50");
  else if (what < 204)
    {
      g_autofree char *filling = g_strnfill (own % LARGE_BYTES, 'z');

      g_string_append_printf (out, "\"%u-%x %s\"", who, own, filling);
    }
  else
    g_string_append_printf (out, "\"%u-%x\"", who, own);
}

static void
append_member (GString             *out,
               const char          *name,
               const TallyJsonSpan *value)
{
  g_string_append_printf (out, "%s\"%s\":", out->len > 1 ? "," : "", name);
  if (value != NULL)
    g_string_append_len (out, value->text, (gssize) value->length);
}

char *
tally_sim_typing_edit (TallySimDice *dice,
                       guint         who,
                       const char   *body)
{
  g_autoptr (GArray) now = tally_json_text_members (body, -1, NULL);
  guint first = (guint) tally_sim_dice_range (dice, 0, G_N_ELEMENTS (members));
  guint second = first;
  GString *out = g_string_new ("{");

  if (tally_sim_dice_chance (dice, 25))
    second = (guint) tally_sim_dice_range (dice, 0, G_N_ELEMENTS (members));

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const TallyJsonMember *member = tally_json_members_find (now, members[i]);

      if (i == first || i == second)
        {
          if (member != NULL && tally_sim_dice_chance (dice, 10))
            continue;
          append_member (out, members[i], NULL);
          append_value (dice, who, out);
        }
      else if (member != NULL)
        {
          append_member (out, members[i], &member->value);
        }
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

static char *
reorder (GArray *now)
{
  GString *out = g_string_new ("{");

  for (guint i = now->len; i > 0; i--)
    {
      const TallyJsonMember *member = &g_array_index (now, TallyJsonMember, i - 1);
      g_autofree char *name = tally_json_span_dup_string (&member->name, NULL);

      append_member (out, name, &member->value);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

/* Copies JSON with another text for each number that no double holds: what it becomes, or itself
 * in quotes. */
static GString *
copy_bent (const char *text,
           gsize       length,
           gboolean    quote)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  GString *out = g_string_new (NULL);
  const char *copied = text;
  TallyJsonSpan span = { 0 };
  TallyJsonToken token;

  tally_json_scanner_init (&scanner, text, length);
  while ((token = tally_json_scanner_next (&scanner, &span, NULL)) != TALLY_JSON_TOKEN_END &&
         token != TALLY_JSON_TOKEN_ERROR)
    {
      g_autofree char *bent = NULL;

      if (token == TALLY_JSON_TOKEN_NUMBER)
        tally_json_find_bent (span.text, (gssize) span.length, BOTH, &bent);
      if (bent == NULL)
        continue;

      g_string_append_len (out, copied, span.text - copied);
      if (quote)
        g_string_append_printf (out, "\"%.*s\"", (int) span.length, span.text);
      else
        g_string_append (out, bent);
      copied = span.text + span.length;
    }
  g_string_append_len (out, copied, (gssize) (text + length - copied));

  return out;
}

char *
tally_sim_typing_quote (const char *body)
{
  return g_string_free (copy_bent (body, strlen (body), TRUE), FALSE);
}

GBytes *
tally_sim_typing_bend (GBytes *json)
{
  gsize length;
  const char *text = g_bytes_get_data (json, &length);

  return g_string_free_to_bytes (copy_bent (text, length, FALSE));
}

/* "2" as "\u0032", 12 as 12.0 or 12e0. */
static void
append_respelled (TallySimDice        *dice,
                  GString             *out,
                  const TallyJsonSpan *value)
{
  gboolean point = memchr (value->text, '.', value->length) != NULL;
  gboolean exponent = memchr (value->text, 'e', value->length) != NULL;

  if (value->text[0] != '"')
    {
      g_string_append_len (out, value->text, (gssize) value->length);
      if (!exponent)
        g_string_append (out, tally_sim_dice_chance (dice, 50) ? "e0" : point ? "0" : ".0");
    }
  else if (value->length > 2 && g_ascii_isdigit (value->text[1]))
    {
      g_string_append_printf (out, "\"\\u%04x", value->text[1]);
      g_string_append_len (out, value->text + 2, (gssize) value->length - 2);
    }
  else
    g_string_append_len (out, value->text, (gssize) value->length);
}

char *
tally_sim_typing_cosmetic (TallySimDice *dice,
                           const char   *body)
{
  g_autoptr (GArray) now = tally_json_text_members (body, -1, NULL);
  guint chosen;
  GString *out;

  if (now->len == 0 || tally_sim_dice_chance (dice, 50))
    return reorder (now);

  chosen = (guint) tally_sim_dice_range (dice, 0, (gint32) now->len);
  out = g_string_new ("{");
  for (guint i = 0; i < now->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (now, TallyJsonMember, i);
      g_autofree char *name = tally_json_span_dup_string (&member->name, NULL);

      append_member (out, name, i == chosen ? NULL : &member->value);
      if (i == chosen)
        append_respelled (dice, out, &member->value);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

char *
tally_sim_typing_mix (TallySimDice *dice,
                      const char   *one,
                      const char   *other)
{
  g_autoptr (GArray) first = tally_json_text_members (one, -1, NULL);
  g_autoptr (GArray) second = tally_json_text_members (other, -1, NULL);
  GString *out = g_string_new ("{");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      GArray *side = tally_sim_dice_chance (dice, 50) ? first : second;
      const TallyJsonMember *member = tally_json_members_find (side, members[i]);

      if (member != NULL)
        append_member (out, members[i], &member->value);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

/* The numbers typed here are small enough for a double to hold exactly. */
char *
tally_sim_typing_meaning (const char *text,
                          gsize       length)
{
  TallyJsonSpan span = { text, length };
  g_autofree char *number = NULL;
  g_autofree char *bent = NULL;

  if (length > 0 && text[0] == '"')
    return tally_json_span_dup_string (&span, NULL);

  number = g_strndup (text, length);
  /* What is typed of those is whole, whatever its spelling. */
  if (tally_json_find_bent (number, -1, BOTH, &bent).text != NULL)
    return g_strndup (text, strspn (number, "0123456789"));

  return g_strdup_printf ("%.17g", g_ascii_strtod (number, NULL));
}
