/* tally-fold.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-fold.h"

#include "base/tally-planted.h"

static gboolean
is_in_tree (const TallyRecord   *record,
            const TallyRevision *revision)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (tally_revision_is_same (leaf, revision) || tally_revision_descends (leaf, revision->rev))
        return TRUE;
    }

  return FALSE;
}

/* An unsent edit of ours stands for the leaf it grew on. */
static void
add_side (GPtrArray           *sides,
          const TallyRevision *leaf,
          const TallyRevision *ours)
{
  gboolean replaced = ours != NULL && tally_revision_descends (ours, leaf->rev);

  g_ptr_array_add (sides, (gpointer) (replaced ? ours : leaf));
}

GPtrArray *
tally_fold_sides (const TallyRecord *record)
{
  g_autoptr (GPtrArray) open = tally_record_open_leaves (record);
  GPtrArray *sides = g_ptr_array_new ();
  const TallyRevision *ours = NULL;

  /* A tombstone of ours that lost to a live leaf is a side too, though it is in the tree. */
  if (record->local != NULL && tally_record_is_dirty (record) &&
      !tally_revision_is_same (record->local, record->remote) &&
      (record->local->deleted || !is_in_tree (record, record->local)))
    ours = record->local;

  if (record->remote != NULL)
    add_side (sides, record->remote, ours);
  for (guint i = 0; i < open->len; i++)
    add_side (sides, open->pdata[i], ours);
  if (ours != NULL && !g_ptr_array_find (sides, ours, NULL))
    g_ptr_array_add (sides, (gpointer) ours);

  return sides;
}

/* The newest ancestor of @side that some tombstone grew on: what came before it was merged into
 * the winner already. */
static const char *
find_closed_ancestor (const TallyRecord   *record,
                      const TallyRevision *side)
{
  for (guint i = 0; side->ancestors[i] != NULL; i++)
    {
      for (guint j = 0; j < record->leaves->len; j++)
        {
          const TallyRevision *leaf = record->leaves->pdata[j];

          if (leaf->deleted && !tally_revision_is_same (leaf, side) &&
              g_strcmp0 (leaf->ancestors[0], side->ancestors[i]) == 0)
            return side->ancestors[i];
        }
    }

  return NULL;
}

const char *
tally_fold_base_rev (const TallyRecord   *record,
                     const TallyRevision *winner,
                     const TallyRevision *side)
{
  const char *common = tally_revision_common (winner, side);
  const char *closed = find_closed_ancestor (record, side);

  if (TALLY_IS_PLANTED (WRONG_BASE) && record->base != NULL)
    return record->base->rev;
  if (closed != NULL && !winner->deleted &&
      tally_rev_generation (closed) > (common != NULL ? tally_rev_generation (common) : 0))
    return closed;

  return common;
}

static const TallyRevision *
find_held (const TallyRecord *record,
           GPtrArray         *bases,
           const char        *rev)
{
  const TallyRevision *held[] = {
    record->base, record->local, record->remote,
    record->outbox != NULL ? record->outbox->sent : NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      if (held[i] != NULL && g_strcmp0 (held[i]->rev, rev) == 0)
        return held[i];
    }
  for (guint i = 0; bases != NULL && i < bases->len; i++)
    {
      const TallyRevision *base = bases->pdata[i];

      if (g_strcmp0 (base->rev, rev) == 0 && g_strcmp0 (base->key, record->key) == 0)
        return base;
    }

  return NULL;
}

GPtrArray *
tally_fold_list_missing_bases (const TallyRecord *record)
{
  g_autoptr (GPtrArray) sides = tally_fold_sides (record);
  GPtrArray *missing = g_ptr_array_new ();

  for (guint i = 1; i < sides->len; i++)
    {
      const char *rev = tally_fold_base_rev (record, sides->pdata[0], sides->pdata[i]);
      const TallyRevision *held = rev != NULL ? find_held (record, NULL, rev) : NULL;

      if (rev != NULL && (held == NULL || held->body == NULL))
        g_ptr_array_add (missing, (gpointer) rev);
    }

  return missing;
}

static TallyMerge *
merge_side (const TallyRecord   *record,
            GPtrArray           *bases,
            const TallyRevision *first,
            const TallyRevision *merged,
            const TallyRevision *side)
{
  const char *rev = tally_fold_base_rev (record, first, side);
  const TallyRevision *held = rev != NULL ? find_held (record, bases, rev) : NULL;
  g_autoptr (TallyRevision) unknown = NULL;

  /* There is a common ancestor, only its body is gone: not the same as having none. */
  if (rev != NULL && held == NULL)
    unknown = tally_revision_new (record->key, rev, NULL, FALSE, NULL, NULL);

  return tally_merge_three_way (held != NULL ? held : unknown, side, merged);
}

/* A side that the server would not show can't be merged with anything. */
static gboolean
are_known (GPtrArray *sides)
{
  for (guint i = 0; i < sides->len; i++)
    {
      const TallyRevision *side = sides->pdata[i];

      if (!side->deleted && side->body == NULL)
        return FALSE;
    }

  return TRUE;
}

TallyMerge *
tally_fold (const TallyRecord *record,
            GPtrArray         *bases)
{
  g_autoptr (GPtrArray) sides = tally_fold_sides (record);
  g_autoptr (TallyRevision) merged = NULL;
  g_autoptr (TallyMerge) merge = NULL;

  if (sides->len < 2 || !are_known (sides))
    return NULL;

  merged = tally_revision_ref (sides->pdata[0]);
  for (guint i = 1; i < sides->len; i++)
    {
      g_clear_pointer (&merge, tally_merge_free);
      merge = merge_side (record, bases, sides->pdata[0], merged, sides->pdata[i]);
      if (merge->kind != TALLY_CONFLICT_NONE)
        break;

      tally_revision_unref (merged);
      merged = tally_revision_new (record->key, record->remote->rev, record->remote->ancestors,
                                   merge->deleted, merge->deleted ? "{}" : merge->body,
                                   merge->attachments);
    }

  return g_steal_pointer (&merge);
}
