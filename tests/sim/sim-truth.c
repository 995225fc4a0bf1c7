/* sim-truth.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-truth.h"

#include "base/tally-json-text.h"

#include <stdlib.h>

struct _TallySimTruth
{
  char   *answer;     /* owned */
  GArray *rows;       /* owned: TallyJsonSpan into it */
};

TallySimTruth *
tally_sim_truth_ask (TallySimNet *net)
{
  TallyRequest request = {
    .method = "GET",
    .url = TALLY_SIM_SERVER_URL "/_changes?style=all_docs&include_docs=true",
  };
  g_autoptr (TallyResponse) response = tally_sim_net_ask (net, &request);
  g_autoptr (TallySimTruth) self = g_new0 (TallySimTruth, 1);
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *results;

  if (response == NULL || response->status != 200)
    return NULL;

  self->answer = g_strndup (g_bytes_get_data (response->body, NULL),
                            g_bytes_get_size (response->body));
  members = tally_json_text_members (self->answer, -1, NULL);
  results = members != NULL ? tally_json_members_find (members, "results") : NULL;
  if (results == NULL)
    return NULL;

  self->rows = tally_json_text_elements (results->value.text, (gssize) results->value.length,
                                         NULL);

  return g_steal_pointer (&self);
}

void
tally_sim_truth_free (TallySimTruth *self)
{
  g_clear_pointer (&self->rows, g_array_unref);
  g_free (self->answer);
  g_free (self);
}

/* The number at the beginning of a sequence, with or without quotes. */
static gint64
get_number (const char *seq)
{
  return atoll (*seq == '"' ? seq + 1 : seq);
}

gint64
tally_sim_truth_ask_seq (TallySimNet *net)
{
  TallyRequest request = { .method = "GET", .url = TALLY_SIM_SERVER_URL };
  g_autoptr (TallyResponse) response = tally_sim_net_ask (net, &request);
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *seq;
  gsize length;
  const char *text;

  if (response == NULL || response->status != 200)
    return 0;

  text = g_bytes_get_data (response->body, &length);
  members = tally_json_text_members (text, (gssize) length, NULL);
  seq = members != NULL ? tally_json_members_find (members, "update_seq") : NULL;

  return seq != NULL ? get_number (seq->value.text) : 0;
}

/* The document of a row; NULL: it stands behind @since, so the store need not know it. */
static TallyRevision *
read_row (const TallyJsonSpan *row,
          gint64               since,
          guint               *n_leaves)
{
  g_autoptr (GArray) members = tally_json_text_members (row->text, (gssize) row->length, NULL);
  const TallyJsonMember *seq = tally_json_members_find (members, "seq");
  const TallyJsonMember *document = tally_json_members_find (members, "doc");
  const TallyJsonMember *changes = tally_json_members_find (members, "changes");
  g_autoptr (GArray) leaves = NULL;

  if (get_number (seq->value.text) > since)
    return NULL;

  leaves = tally_json_text_elements (changes->value.text, (gssize) changes->value.length, NULL);
  *n_leaves = leaves->len;

  return tally_revision_parse (document->value.text, (gssize) document->value.length, NULL);
}

static void
check_record (TallySimTrace       *trace,
              const char          *name,
              const TallyRecord   *record,
              const TallyRevision *there,
              guint                n_leaves)
{
  const TallyRevision *here = record != NULL ? record->local : NULL;

  /* Of what was deleted before anybody here knew it nothing is missing: who only looks takes no
   * tombstone in. */
  if (record == NULL && there->deleted && n_leaves == 1)
    return;

  if (here == NULL || here->deleted != there->deleted || g_strcmp0 (here->rev, there->rev) != 0 ||
      (!there->deleted && g_strcmp0 (here->body, there->body) != 0))
    tally_sim_trace_fail (trace, "%s says up to date with %s %s, the server has %s", name,
                          there->key, here != NULL ? here->rev : "nothing", there->rev);
  else if (record->leaves->len != n_leaves)
    tally_sim_trace_fail (trace, "%s says up to date and knows %u of %u leaves of %s", name,
                          record->leaves->len, n_leaves, there->key);
}

static gboolean
count_cb (const TallyRevision  *revision,
          gpointer              data,
          GError              **error)
{
  guint *n = data;

  (*n)++;

  return TRUE;
}

void
tally_sim_truth_check (TallySimTruth *self,
                       TallySimTrace *trace,
                       const char    *name,
                       TallyStore    *store,
                       gint64         floor)
{
  g_autofree char *text = tally_store_dup_since (store, NULL);
  gint64 since = MAX (text != NULL ? get_number (text) : 0, floor);
  gboolean moved = FALSE;
  guint n_live = 0;
  guint n_here = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      guint n_leaves;
      g_autoptr (TallyRevision) there = NULL;
      g_autoptr (TallyRecord) record = NULL;

      there = read_row (&g_array_index (self->rows, TallyJsonSpan, i), since, &n_leaves);
      if (there == NULL)
        {
          moved = TRUE;
          continue;
        }
      record = tally_store_get (store, there->key, NULL);
      check_record (trace, name, record, there, n_leaves);
      n_live += !there->deleted;
    }

  if (!moved && tally_store_foreach_live (store, count_cb, &n_here, NULL) && n_here != n_live)
    tally_sim_trace_fail (trace, "%s says up to date with %u records, the server has %u", name,
                          n_here, n_live);
}
