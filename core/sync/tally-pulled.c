/* tally-pulled.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-pulled.h"

static void
pulled_free (gpointer data)
{
  TallyPulled *self = data;

  g_clear_pointer (&self->record, tally_record_unref);
  g_clear_pointer (&self->leaves, g_ptr_array_unref);
  g_clear_pointer (&self->after, tally_record_unref);
  g_free (self);
}

const TallyRevision *
tally_pulled_find_leaf (GPtrArray  *leaves,
                        const char *rev)
{
  for (guint i = 0; leaves != NULL && i < leaves->len; i++)
    {
      const TallyRevision *leaf = leaves->pdata[i];

      if (g_strcmp0 (leaf->rev, rev) == 0)
        return leaf;
    }

  return NULL;
}

gboolean
tally_pulled_same_leaves (const TallyRecord *record,
                          const TallyChange *change)
{
  if (record->leaves->len != g_strv_length (change->leaves))
    return FALSE;

  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (!g_strv_contains ((const char * const *) change->leaves, leaf->rev))
        return FALSE;
    }

  return TRUE;
}

/* What this computer knows of a revision: as a leaf, as its own, as one it sent. */
static const TallyRevision *
find_known (const TallyRecord *record,
            const char        *rev)
{
  const TallyRevision *leaf;
  const TallyRevision *ours[3];

  if (record == NULL)
    return NULL;

  leaf = tally_pulled_find_leaf (record->leaves, rev);
  if (leaf != NULL)
    return leaf;

  ours[0] = record->local;
  ours[1] = record->base;
  ours[2] = record->outbox != NULL ? record->outbox->sent : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      if (ours[i] != NULL && g_strcmp0 (ours[i]->rev, rev) == 0)
        return ours[i];
    }

  return NULL;
}

/* Takes a leaf from what is at hand; %FALSE when it must be fetched. */
static gboolean
take_leaf (TallyPulled *item,
           const char  *rev)
{
  g_autoptr (TallyRevision) grown = NULL;
  const TallyRevision *known = find_known (item->record, rev);
  const TallyRevision *winner = item->change->winner;

  if (known == NULL && winner != NULL && g_strcmp0 (winner->rev, rev) == 0)
    {
      grown = tally_pulled_dup_with_line (item, winner);
      known = grown;
    }
  if (known == NULL || !tally_pulled_has_line (item, known) || known->body == NULL)
    return FALSE;

  g_ptr_array_add (item->leaves, tally_revision_ref (known));

  return TRUE;
}

/* What history keeps of it: a branch that was ended here may come up again as a leaf. */
static gboolean
take_kept (TallySyncContext  *context,
           TallyPulled       *item,
           const char        *rev,
           gboolean          *taken,
           GError           **error)
{
  g_autoptr (TallyRevision) kept = NULL;

  *taken = FALSE;
  if (!tally_store_get_revision (context->options->store, item->change->key, rev, &kept, error))
    return FALSE;
  if (kept == NULL || kept->body == NULL || !tally_pulled_has_line (item, kept))
    return TRUE;

  g_ptr_array_add (item->leaves, g_steal_pointer (&kept));
  *taken = TRUE;

  return TRUE;
}

/* What is at hand, and into @wanted what is not. */
static gboolean
take_leaves (TallySyncContext  *context,
             TallyPulled       *item,
             GPtrArray         *wanted,
             GError           **error)
{
  for (guint i = 0; item->change->leaves[i] != NULL; i++)
    {
      const char *rev = item->change->leaves[i];
      gboolean taken = take_leaf (item, rev);

      if (!taken && item->record != NULL && !take_kept (context, item, rev, &taken, error))
        return FALSE;
      if (!taken)
        g_ptr_array_add (wanted, tally_wanted_new (item->change->key, rev));
    }

  return TRUE;
}

static gboolean
is_unchanged (const TallyPulled *item)
{
  guint n_leaves = g_strv_length (item->change->leaves);

  if (item->record == NULL || item->record->leaves->len != n_leaves ||
      item->record->remote == NULL)
    return FALSE;

  for (guint i = 0; i < n_leaves; i++)
    {
      const TallyRevision *leaf = tally_pulled_find_leaf (item->record->leaves, item->change->leaves[i]);

      if (leaf == NULL || (leaf->body == NULL && item->change->refused == NULL) ||
          tally_pulled_hides_closed (item, leaf))
        return FALSE;
    }

  return TRUE;
}

/* Reads what is known of each change and lists what must be fetched. */
static GPtrArray *
gather (TallySyncContext  *context,
        GPtrArray         *changes,
        GPtrArray         *wanted,
        GError           **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (pulled_free);

  for (guint i = 0; i < changes->len; i++)
    {
      TallyPulled *item = g_new0 (TallyPulled, 1);
      g_autoptr (GError) local_error = NULL;

      g_ptr_array_add (items, item);
      item->change = changes->pdata[i];
      item->leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
      item->record = tally_store_get (context->options->store, item->change->key, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (is_unchanged (item))
        {
          context->run->n_unchanged++;
          g_ptr_array_set_size (items, (int) items->len - 1);
          continue;
        }
      if (!take_leaves (context, item, wanted, error))
        return NULL;
    }

  return g_steal_pointer (&items);
}

static GHashTable *
index_by_key (GPtrArray *items)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < items->len; i++)
    {
      TallyPulled *item = items->pdata[i];

      g_hash_table_insert (index, (gpointer) item->change->key, item);
    }

  return index;
}

static void
hand_out (GPtrArray *items,
          GPtrArray *fetched)
{
  g_autoptr (GHashTable) index = index_by_key (items);

  for (guint i = 0; i < fetched->len; i++)
    {
      TallyRevision *revision = fetched->pdata[i];
      TallyPulled *item = g_hash_table_lookup (index, revision->key);

      /* Of a record whose winner is deleted there is no live leaf: one that was not to be had is a
       * tombstone all the same. */
      if (item != NULL && tally_pulled_find_leaf (item->leaves, revision->rev) == NULL &&
          (revision->body != NULL || !item->change->deleted))
        g_ptr_array_add (item->leaves, tally_revision_ref (revision));
    }
}

/* A leaf that could be had nowhere (it moved on between the page and the fetch, or the server
 * refuses to show it) stands in the tree without a body: even of a tombstone it is not known what
 * it ended. */
static void
fill_gaps (TallyPulled *item)
{
  for (guint i = 0; item->change->leaves[i] != NULL; i++)
    {
      const char *rev = item->change->leaves[i];
      const TallyRevision *known;
      /* The winner is live if any leaf is: a deleted one tells of all. */
      gboolean deleted = item->change->deleted;

      if (tally_pulled_find_leaf (item->leaves, rev) != NULL)
        continue;

      /* A page's winner comes without its line: where that matters it is not enough. */
      known = find_known (item->record, rev);
      if (known == NULL && item->change->winner != NULL &&
          g_strcmp0 (item->change->winner->rev, rev) == 0 &&
          tally_pulled_has_line (item, item->change->winner))
        known = item->change->winner;
      g_ptr_array_add (item->leaves,
                       known != NULL ? tally_revision_ref (known)
                                     : tally_revision_new (item->change->key, rev, NULL, deleted,
                                                           NULL, NULL));
    }
}

static gboolean
fetch_leaves (TallySyncContext  *context,
              GPtrArray         *items,
              GPtrArray         *wanted,
              GError           **error)
{
  g_autoptr (GPtrArray) fetched = NULL;

  if (wanted->len > 0)
    {
      fetched = tally_remote_fetch (context->options->remote, wanted, context->cancellable, error);
      if (fetched == NULL)
        return FALSE;
      hand_out (items, fetched);
    }

  for (guint i = 0; i < items->len; i++)
    fill_gaps (items->pdata[i]);

  return TRUE;
}

GPtrArray *
tally_pulled_gather (TallySyncContext  *context,
                     GPtrArray         *changes,
                     GError           **error)
{
  g_autoptr (GPtrArray) wanted =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) items = gather (context, changes, wanted, error);

  if (items == NULL || !fetch_leaves (context, items, wanted, error))
    return NULL;

  return g_steal_pointer (&items);
}
