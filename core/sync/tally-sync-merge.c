/* tally-sync-merge.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-fold.h"
#include "sync/tally-sync-private.h"

gboolean
tally_sync_gather_bases (TallySyncContext   *context,
                         const TallyRecord  *record,
                         GPtrArray          *bases,
                         GPtrArray          *wanted,
                         GError            **error)
{
  g_autoptr (GPtrArray) missing = tally_fold_list_missing_bases (record);

  for (guint i = 0; i < missing->len; i++)
    {
      g_autoptr (TallyRevision) kept = NULL;

      if (!tally_store_get_revision (context->options->store, record->key, missing->pdata[i],
                                     &kept, error))
        return FALSE;
      if (kept != NULL && kept->body != NULL)
        g_ptr_array_add (bases, g_steal_pointer (&kept));
      else
        g_ptr_array_add (wanted, tally_wanted_new (record->key, missing->pdata[i]));
    }

  return TRUE;
}

/* What history keeps as ours: an edit that stands nowhere else before any leaf of the server's,
 * wherever it was folded in. */
static const TallyRevision *
our_side (const TallyRecord *record,
          GPtrArray         *sides)
{
  if (record->local != NULL && !tally_revision_is_same (record->local, record->remote))
    return record->local;

  return sides->pdata[sides->len - 1];
}

TallyDecision *
tally_sync_merge (TallyRecord *seen,
                  TallyRecord *after,
                  GPtrArray   *bases)
{
  g_autoptr (TallyMerge) merge = tally_fold (after, bases);
  g_autoptr (GPtrArray) sides = tally_fold_sides (after);
  g_autoptr (TallyRecord) settled = NULL;
  TallyDecision *decision;

  if (merge == NULL || merge->kind != TALLY_CONFLICT_NONE)
    return NULL;

  settled = tally_record_settled (after, merge->deleted ? NULL : merge->body,
                                  merge->deleted ? NULL : merge->attachments);
  /* What settles nothing must not be written, or it would be found again and again. */
  if (tally_record_is_conflict (settled))
    return NULL;

  decision = tally_decision_new (seen, settled);
  tally_decision_set_history (decision, "merged", after->base,
                              our_side (after, sides), after->remote,
                              settled->local);

  return decision;
}

gboolean
tally_sync_is_merge (const TallyDecision *decision)
{
  return decision->history != NULL && g_str_equal (decision->history->event, "merged");
}

/* What the record pointed at until now, and so may lose with this decision. */
static gboolean
was_held (const TallyRecord *seen,
          const char        *rev)
{
  if (seen == NULL)
    return FALSE;

  for (guint i = 0; i < seen->leaves->len; i++)
    {
      if (g_strcmp0 (((TallyRevision *) seen->leaves->pdata[i])->rev, rev) == 0)
        return TRUE;
    }

  return (seen->base != NULL && g_strcmp0 (seen->base->rev, rev) == 0) ||
         (seen->local != NULL && g_strcmp0 (seen->local->rev, rev) == 0);
}

/* The common ancestor of a fork is no pointer of the record, so history keeps it. Without it
 * nobody could say what was there before, nor who changed what. */
void
tally_sync_keep_base (TallyDecision *decision,
                      GPtrArray     *bases,
                      gboolean       fetched)
{
  const TallyRecord *after = decision->after;
  g_autoptr (GPtrArray) sides = tally_fold_sides (after);
  const char *rev;

  if (!tally_record_is_conflict (after) || sides->len < 2)
    return;

  rev = tally_fold_base_rev (after, sides->pdata[0], sides->pdata[1]);
  if (rev == NULL || (!fetched && !was_held (decision->seen, rev)))
    return;

  for (guint i = 0; i < bases->len; i++)
    {
      const TallyRevision *base = bases->pdata[i];

      if (base->body != NULL && g_strcmp0 (base->rev, rev) == 0 &&
          g_str_equal (base->key, after->key))
        {
          tally_decision_set_history (decision, "forked", base, sides->pdata[1], sides->pdata[0],
                                      NULL);
          return;
        }
    }
}
