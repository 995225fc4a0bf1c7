/* tally-pull.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-fold.h"
#include "sync/tally-reconcile.h"
#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

/* What a page says of one record, with what is known of it here. */
typedef struct
{
  const TallyChange *change;    /* borrowed from the page */
  TallyRecord       *record;    /* owned, nullable: as read from the store */
  GPtrArray         *leaves;    /* owned: TallyRevision, gathered from here and there */
  TallyRecord       *after;     /* owned, nullable: what it becomes */
  gboolean           fetches_base;   /* its common ancestor came from the server */
} Item;

static void
item_free (gpointer data)
{
  Item *self = data;

  g_clear_pointer (&self->record, tally_record_unref);
  g_clear_pointer (&self->leaves, g_ptr_array_unref);
  g_clear_pointer (&self->after, tally_record_unref);
  g_free (self);
}

static const TallyRevision *
find_leaf (GPtrArray  *leaves,
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

/* What this computer knows of a revision: as a leaf, as its own, as one it sent. */
static const TallyRevision *
find_known (const TallyRecord *record,
            const char        *rev)
{
  const TallyRevision *leaf;
  const TallyRevision *ours[3];

  if (record == NULL)
    return NULL;

  leaf = find_leaf (record->leaves, rev);
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

/* Lineage matters where more than one branch is in play. */
static gboolean
needs_ancestors (const Item *item)
{
  return item->change->leaves[1] != NULL ||
         (item->record != NULL &&
          (tally_record_is_dirty (item->record) || item->record->outbox != NULL));
}

static gboolean
has_ancestors (const TallyRevision *revision)
{
  return revision->ancestors[0] != NULL || tally_rev_generation (revision->rev) <= 1;
}

/* Where one leaf takes the place of another and is one generation older, it grew on that one: a
 * page lists every leaf there is. Its line is then known without a question, and can be given
 * back should the server lose it. */
static TallyRevision *
dup_with_line (const Item          *item,
               const TallyRevision *winner)
{
  const TallyRecord *record = item->record;
  const TallyRevision *parent;
  g_autoptr (GPtrArray) ancestors = NULL;

  if (record == NULL || record->leaves->len != 1 || item->change->leaves[1] != NULL ||
      has_ancestors (winner))
    return tally_revision_ref ((TallyRevision *) winner);

  parent = record->leaves->pdata[0];
  if (tally_rev_generation (parent->rev) + 1 != tally_rev_generation (winner->rev))
    return tally_revision_ref ((TallyRevision *) winner);

  ancestors = g_ptr_array_new ();
  g_ptr_array_add (ancestors, (gpointer) parent->rev);
  for (guint i = 0; parent->ancestors[i] != NULL; i++)
    g_ptr_array_add (ancestors, (gpointer) parent->ancestors[i]);
  g_ptr_array_add (ancestors, NULL);

  return tally_revision_new (winner->key, winner->rev, (const char * const *) ancestors->pdata,
                             winner->deleted, winner->body, winner->attachments);
}

/* Takes a leaf from what is at hand; %FALSE when it must be fetched. */
static gboolean
take_leaf (Item       *item,
           const char *rev)
{
  g_autoptr (TallyRevision) grown = NULL;
  const TallyRevision *known = find_known (item->record, rev);
  const TallyRevision *winner = item->change->winner;
  gboolean lineage = needs_ancestors (item);

  if (known == NULL && winner != NULL && g_strcmp0 (winner->rev, rev) == 0)
    {
      grown = dup_with_line (item, winner);
      known = grown;
    }
  if (known == NULL || (lineage && !has_ancestors (known)) || known->body == NULL)
    return FALSE;

  g_ptr_array_add (item->leaves, tally_revision_ref (known));

  return TRUE;
}

/* What history keeps of it: a branch that was ended here may come up again as a leaf. */
static gboolean
take_kept (TallySyncContext  *context,
           Item              *item,
           const char        *rev,
           gboolean          *taken,
           GError           **error)
{
  g_autoptr (TallyRevision) kept = NULL;

  *taken = FALSE;
  if (!tally_store_get_revision (context->options->store, item->change->key, rev, &kept, error))
    return FALSE;
  if (kept == NULL || kept->body == NULL || (needs_ancestors (item) && !has_ancestors (kept)))
    return TRUE;

  g_ptr_array_add (item->leaves, g_steal_pointer (&kept));
  *taken = TRUE;

  return TRUE;
}

/* What is at hand, and into @wanted what is not. */
static gboolean
take_leaves (TallySyncContext  *context,
             Item              *item,
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
is_unchanged (const Item *item)
{
  guint n_leaves = g_strv_length (item->change->leaves);

  if (item->record == NULL || item->record->leaves->len != n_leaves ||
      item->record->remote == NULL)
    return FALSE;

  for (guint i = 0; i < n_leaves; i++)
    {
      const TallyRevision *leaf = find_leaf (item->record->leaves, item->change->leaves[i]);

      if (leaf == NULL || (leaf->body == NULL && item->change->refused == NULL))
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
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);

  for (guint i = 0; i < changes->len; i++)
    {
      Item *item = g_new0 (Item, 1);
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
      Item *item = items->pdata[i];

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
      Item *item = g_hash_table_lookup (index, revision->key);

      /* Of a record whose winner is deleted there is no live leaf: one that was not to be had is a
       * tombstone all the same. */
      if (item != NULL && find_leaf (item->leaves, revision->rev) == NULL &&
          (revision->body != NULL || !item->change->deleted))
        g_ptr_array_add (item->leaves, tally_revision_ref (revision));
    }
}

/* A leaf that could be had nowhere (it moved on between the page and the fetch, or the server
 * refuses to show it) stands in the tree without a body: even of a tombstone it is not known what
 * it ended. */
static void
fill_gaps (Item *item)
{
  for (guint i = 0; item->change->leaves[i] != NULL; i++)
    {
      const char *rev = item->change->leaves[i];
      const TallyRevision *known;
      /* The winner is live if any leaf is: a deleted one tells of all. */
      gboolean deleted = item->change->deleted;

      if (find_leaf (item->leaves, rev) != NULL)
        continue;

      /* A page's winner comes without its line: where that matters it is not enough. */
      known = find_known (item->record, rev);
      if (known == NULL && item->change->winner != NULL &&
          g_strcmp0 (item->change->winner->rev, rev) == 0 &&
          (!needs_ancestors (item) || has_ancestors (item->change->winner)))
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

/* Decides the pointers of each and gets the common ancestors that merging needs. */
static GPtrArray *
reconcile_all (TallySyncContext  *context,
               GPtrArray         *items,
               GError           **error)
{
  g_autoptr (GPtrArray) wanted =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) bases =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  g_autoptr (GPtrArray) fetched = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      Item *item = items->pdata[i];
      g_autoptr (TallyRecord) absent = tally_record_new (item->change->key);
      guint n_wanted = wanted->len;

      item->after = tally_reconcile (item->record != NULL ? item->record : absent, item->leaves);
      if (tally_record_is_conflict (item->after) &&
          !tally_sync_gather_bases (context, item->after, bases, wanted, error))
        return NULL;
      item->fetches_base = wanted->len > n_wanted;
    }

  if (wanted->len == 0)
    return g_steal_pointer (&bases);

  fetched = tally_remote_fetch (context->options->remote, wanted, context->cancellable, error);
  if (fetched == NULL)
    return NULL;
  for (guint i = 0; i < fetched->len; i++)
    g_ptr_array_add (bases, tally_revision_ref (fetched->pdata[i]));

  return g_steal_pointer (&bases);
}

/* A page's document may have been spoiled on the way: fetched by itself it can well be sound. */
static gboolean
is_body_known (const TallyRecord *after)
{
  return after->remote == NULL || after->remote->deleted || after->remote->body != NULL;
}

/* Why what the server shows is not here: nothing may look complete that is not. */
static TallyReason *
find_refusal (const Item *item)
{
  if (item->change->refused != NULL)
    return tally_reason_ref (item->change->refused);

  return tally_reason_new ("bad-document", "detail", item->after->remote->rev, NULL);
}

static TallyDecision *
decide (TallySyncContext *context,
        Item             *item,
        GPtrArray        *bases)
{
  TallyDecision *decision = NULL;

  if (tally_record_is_conflict (item->after))
    {
      if (g_hash_table_add (context->touched, g_strdup (item->after->key)))
        context->run->n_detected++;
      if (TALLY_IS_PLANTED (SERVER_WINS))
        {
          tally_record_set_local (item->after, item->after->remote);
          tally_record_set_base (item->after, item->after->remote);
          tally_record_clear_outbox (item->after);
        }
      else
        {
          decision = tally_sync_merge (item->record, item->after, bases);
        }
    }
  if (decision == NULL)
    {
      decision = tally_decision_new (item->record, item->after);
      tally_sync_keep_base (decision, bases, item->fetches_base);
    }

  if (!is_body_known (decision->after))
    {
      g_autoptr (TallyReason) refusal = find_refusal (item);

      /* A gap that stays has its row already. */
      if (!context->filling)
        decision->problem = tally_reason_ref (refusal);
      tally_run_add_error (context->run, item->change->key, g_steal_pointer (&refusal));
      context->run->n_failed++;
    }

  return decision;
}

/* The look shows every branch ended that a settlement was to end. */
static gboolean
has_closed (const TallyRecord *seen,
            const TallyRecord *after)
{
  return seen->outbox != NULL && seen->outbox->closes[0] != NULL &&
         (after->outbox == NULL || after->outbox->closes[0] == NULL);
}

/* Which of the run's counters a decision moves. */
static void
count (TallySyncContext    *context,
       const TallyDecision *decision)
{
  const TallyRecord *seen = decision->seen;
  const TallyRecord *after = decision->after;
  TallyRun *run = context->run;

  run->n_auto_resolved += tally_sync_is_merge (decision);
  if (seen != NULL && seen->outbox != NULL && seen->local != NULL &&
      find_leaf (after->leaves, seen->local->rev) != NULL &&
      find_leaf (seen->leaves, seen->local->rev) == NULL)
    {
      run->n_pushed++;
      run->n_deleted += seen->local->deleted;
    }
  else if (seen == NULL || !tally_revision_is_same (seen->remote, after->remote))
    {
      /* What was refused is counted as failed: nothing of it is here. */
      run->n_pulled += decision->problem == NULL;
    }
  else if (has_closed (seen, after))
    {
      run->n_pushed++;
    }
}

static GPtrArray *
decide_all (TallySyncContext *context,
            GPtrArray        *items,
            GPtrArray        *bases)
{
  GPtrArray *decisions = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);

  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (decisions, decide (context, items->pdata[i], bases));

  return decisions;
}

static GPtrArray *
keep_moved (GPtrArray *changes,
            GPtrArray *moved)
{
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < changes->len; i++)
    {
      TallyChange *change = changes->pdata[i];

      if (g_ptr_array_find_with_equal_func (moved, change->key, g_str_equal, NULL))
        g_ptr_array_add (kept, change);
    }

  return kept;
}

gboolean
tally_sync_apply (TallySyncContext  *context,
                  GPtrArray         *changes,
                  const char        *since,
                  GPtrArray        **moved,
                  GError           **error)
{
  g_autoptr (GPtrArray) wanted =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GPtrArray) bases = NULL;
  g_autoptr (GPtrArray) decisions = NULL;

  items = gather (context, changes, wanted, error);
  if (items == NULL || !fetch_leaves (context, items, wanted, error))
    return FALSE;
  bases = reconcile_all (context, items, error);
  if (bases == NULL)
    return FALSE;

  decisions = decide_all (context, items, bases);
  if (!tally_store_apply (context->options->store, decisions, since, context->run->id, moved,
                          error))
    return FALSE;

  for (guint i = 0; i < decisions->len; i++)
    {
      TallyDecision *decision = decisions->pdata[i];

      if (!g_ptr_array_find_with_equal_func (*moved, decision->after->key, g_str_equal, NULL))
        count (context, decision);
    }

  return TRUE;
}

/* Rows and checkpoint share one transaction; rows edited here between reading and writing are
 * decided again. */
static gboolean
apply_page (TallySyncContext  *context,
            TallyChangesPage  *page,
            GError           **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_ref (page->changes);
  g_autoptr (GPtrArray) moved = NULL;

  if (g_strcmp0 (page->since, context->since) != 0 && !tally_sync_move_mark (context, error))
    return FALSE;

  do
    {
      GPtrArray *rest = NULL;

      g_clear_pointer (&moved, g_ptr_array_unref);
      if (g_cancellable_set_error_if_cancelled (context->cancellable, error) ||
          !tally_sync_apply (context, changes, page->since, &moved, error))
        return FALSE;
      rest = keep_moved (changes, moved);
      g_ptr_array_unref (changes);
      changes = rest;
    }
  while (changes->len > 0 && !TALLY_IS_PLANTED (MOVED_FORGOTTEN));

  g_free (context->since);
  context->since = g_strdup (page->since);

  return TRUE;
}

static gboolean
note_unreadable (TallySyncContext  *context,
                 TallyChangesPage  *page,
                 GError           **error)
{
  for (guint i = 0; page->unreadable != NULL && page->unreadable[i] != NULL; i++)
    {
      TallyReason *reason = tally_reason_new ("bad-key", "detail", page->unreadable[i], NULL);

      tally_run_add_error (context->run, page->unreadable[i], reason);
      context->run->n_failed++;
      if (!tally_store_open_problem (context->options->store, page->unreadable[i], reason, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
tally_sync_pull (TallySyncContext  *context,
                 gboolean           bodies,
                 GError           **error)
{
  guint rows = context->options->page_rows != 0 ? context->options->page_rows
                                                : TALLY_SYNC_PAGE_ROWS;
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (TallyChangesPage) page = NULL;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      page = tally_remote_list_changes (context->options->remote, context->since, rows, bodies,
                                        context->cancellable, error);
      if (page == NULL || !note_unreadable (context, page, error) ||
          !apply_page (context, page, error))
        return FALSE;

      context->progress.done += page->changes->len;
      if (page->pending >= 0)
        context->progress.total = MAX (context->progress.total,
                                       context->progress.done + (guint64) page->pending);
      tally_sync_tell (context);
      more = page->more;
    }

  return TRUE;
}
