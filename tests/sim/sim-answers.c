/* sim-answers.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-answers.h"

#include "base/tally-json-text.h"

#include <string.h>

static TallyResponse *
new_response (guint       status,
              const char *type,
              gint64      retry_after_ms,
              const char *text,
              gssize      length)
{
  g_autoptr (GBytes) body = g_bytes_new (text, length < 0 ? strlen (text) : (gsize) length);

  return tally_response_new (status, type, retry_after_ms, body, 100,
                             100 + g_bytes_get_size (body));
}

static guint
get_status (TallySimKind  fault,
            TallySimDice *dice)
{
  static const guint failures[] = { 500, 502, 503, 504 };
  static const guint statuses[TALLY_SIM_N_FAULTS] = {
    [TALLY_SIM_FAULT_400] = 400, [TALLY_SIM_FAULT_401] = 401, [TALLY_SIM_FAULT_403] = 403,
    [TALLY_SIM_FAULT_404] = 404, [TALLY_SIM_FAULT_408] = 408, [TALLY_SIM_FAULT_409] = 409,
    [TALLY_SIM_FAULT_412] = 412, [TALLY_SIM_FAULT_413] = 413, [TALLY_SIM_FAULT_429] = 429,
    [TALLY_SIM_FAULT_429_LATER] = 429,
  };

  if (fault == TALLY_SIM_FAULT_5XX)
    return failures[tally_sim_dice_range (dice, 0, G_N_ELEMENTS (failures))];

  return statuses[fault];
}

TallyResponse *
tally_sim_answer_status (TallySimKind  fault,
                         TallySimDice *dice)
{
  guint status = get_status (fault, dice);
  gint64 retry_after_ms = -1;
  /* What CouchDB says of a database that is not there; "missing" would speak of a document. */
  const char *text = status == 404 ? "{\"error\":\"not_found\",\"reason\":\"no_db_file\"}"
                                   : "{\"error\":\"simulated\",\"reason\":\"it happens\"}";

  if (fault == TALLY_SIM_FAULT_429_LATER)
    retry_after_ms = tally_sim_dice_range (dice, 1, 20) * 1000;

  /* Proxies in front of servers answer with pages. */
  if (status >= 502 && tally_sim_dice_chance (dice, 50))
    return new_response (status, "text/html", -1, "<html>Bad gateway</html>", -1);

  return new_response (status, "application/json", retry_after_ms, text, -1);
}

TallyResponse *
tally_sim_answer_html (void)
{
  return new_response (200, "text/html", -1, "<html>Welcome to Hotel Rete. Sign in</html>", -1);
}

TallyResponse *
tally_sim_answer_cut (TallyResponse *whole)
{
  gsize length;
  const char *text = g_bytes_get_data (whole->body, &length);

  return new_response (whole->status, whole->content_type, -1, text != NULL ? text : "",
                       (gssize) (length / 2));
}

TallyResponse *
tally_sim_answer_corrupt (TallyResponse *whole,
                          TallySimDice  *dice)
{
  gsize length;
  const char *text = g_bytes_get_data (whole->body, &length);
  g_autofree char *spoiled = g_malloc0 (length + 1);

  if (length == 0)
    return tally_response_ref (whole);

  memcpy (spoiled, text, length);
  for (guint i = tally_sim_dice_range (dice, 1, 4); i > 0; i--)
    {
      gsize place = (gsize) tally_sim_dice_range (dice, 0, (gint32) length);

      memset (spoiled + place, 0xff, MIN (length - place, 3));
    }

  return new_response (whole->status, whole->content_type, -1, spoiled, (gssize) length);
}

/* --- one document refused, the rest taken --- */

static GArray *
list_documents (GBytes *batch)
{
  gsize length;
  const char *text = g_bytes_get_data (batch, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, NULL);
  const TallyJsonMember *docs = members != NULL ? tally_json_members_find (members, "docs") : NULL;

  return docs != NULL ? tally_json_text_elements (docs->value.text, (gssize) docs->value.length,
                                                  NULL) : NULL;
}

static char *
make_row (const TallyJsonSpan *document)
{
  g_autoptr (GArray) members = tally_json_text_members (document->text,
                                                        (gssize) document->length, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "_id") : NULL;
  const TallyJsonMember *rev = members != NULL ? tally_json_members_find (members, "_rev") : NULL;

  if (id == NULL || rev == NULL)
    return NULL;

  return g_strdup_printf ("{\"id\":%.*s,\"rev\":%.*s,\"error\":\"forbidden\","
                          "\"reason\":\"not in this shop\"}",
                          (int) id->value.length, id->value.text,
                          (int) rev->value.length, rev->value.text);
}

GBytes *
tally_sim_answer_take_row (GBytes  *batch,
                           char   **row)
{
  g_autoptr (GArray) documents = list_documents (batch);
  GString *rest;

  if (documents == NULL || documents->len == 0)
    return NULL;
  *row = make_row (&g_array_index (documents, TallyJsonSpan, documents->len - 1));
  if (*row == NULL)
    return NULL;

  rest = g_string_new ("{\"new_edits\":false,\"docs\":[");
  for (guint i = 0; i + 1 < documents->len; i++)
    {
      const TallyJsonSpan *document = &g_array_index (documents, TallyJsonSpan, i);

      g_string_append (rest, i > 0 ? "," : "");
      g_string_append_len (rest, document->text, (gssize) document->length);
    }
  g_string_append (rest, "]}");

  return g_string_free_to_bytes (rest);
}

TallyResponse *
tally_sim_answer_add_row (TallyResponse *whole,
                          const char    *row)
{
  gsize length;
  const char *text = g_bytes_get_data (whole->body, &length);
  g_autoptr (GString) rows = g_string_new_len (text, (gssize) length);

  while (rows->len > 0 && rows->str[rows->len - 1] != ']')
    g_string_truncate (rows, rows->len - 1);
  if (whole->status != 201 || rows->len == 0)
    return tally_response_ref (whole);

  g_string_truncate (rows, rows->len - 1);
  g_string_append_printf (rows, "%s%s]", rows->len > 1 ? "," : "", row);

  return new_response (whole->status, whole->content_type, -1, rows->str, (gssize) rows->len);
}
