/* tally-listing.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-listing.h"

#include "base/tally-json-text.h"
#include "sync/tally-pulled.h"

static void
doubt_free (gpointer data)
{
  TallyDoubt *self = data;

  g_free (self->key);
  g_strfreev (self->leaves);
  g_free (self);
}

void
tally_listing_init (TallyListing     *self,
                    TallySyncContext *context)
{
  *self = (TallyListing) { .context = context };
  self->seen = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->doubts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, doubt_free);
}

void
tally_listing_clear (TallyListing *self)
{
  g_clear_pointer (&self->seen, g_array_unref);
  g_clear_pointer (&self->doubts, g_hash_table_unref);
}

static void
add_doubt (TallyListing      *self,
           const TallyChange *change,
           gboolean           bent)
{
  TallyDoubt *doubt = g_new0 (TallyDoubt, 1);

  doubt->key = g_strdup (change->key);
  doubt->leaves = g_strdupv (change->leaves);
  doubt->bent = bent;
  g_hash_table_replace (self->doubts, doubt->key, doubt);
}

/* Equal in value is what can be asked of a server that writes numbers its own way. The server's
 * winner need not be the record's: one of the leaves may be about to be closed from here. */
static gboolean
same_body (const TallyRecord *record,
           const TallyChange *change)
{
  const TallyRevision *there = change->winner;
  const TallyRevision *here = there != NULL ? tally_pulled_find_leaf (record->leaves, there->rev)
                                            : NULL;

  if (there == NULL || there->body == NULL || here == NULL || here->body == NULL)
    return TRUE;

  return there->deleted == here->deleted &&
         (g_str_equal (there->body, here->body) ||
          tally_json_text_equal (there->body, -1, here->body, -1));
}

static gboolean
look_at (TallyListing       *self,
         const TallyChange  *change,
         GError            **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) record = NULL;

  record = tally_store_get (self->context->options->store, change->key, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  self->n_live += !change->deleted;
  if (record != NULL)
    g_array_append_val (self->seen, record->id);
  /* Of a record that was deleted before anybody here knew it nothing is missing. */
  if (record == NULL && change->deleted)
    return TRUE;

  if (record == NULL || !tally_pulled_same_leaves (record, change))
    add_doubt (self, change, FALSE);
  else if (!same_body (record, change))
    add_doubt (self, change, TRUE);
  else
    self->n_equal += !change->deleted &&
                     tally_record_get_state (record) == TALLY_RECORD_CLEAN;

  return TRUE;
}

gboolean
tally_listing_fill (TallyListing  *self,
                    GError       **error)
{
  const TallySyncOptions *options = self->context->options;
  guint rows = options->page_rows != 0 ? options->page_rows : TALLY_SYNC_PAGE_ROWS;
  g_autofree char *since = NULL;
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (TallyChangesPage) page = NULL;

      if (g_cancellable_set_error_if_cancelled (self->context->cancellable, error))
        return FALSE;
      page = tally_remote_list_changes (options->remote, since, rows,
                                        options->ask.proof == TALLY_PROOF_COMPARED,
                                        self->context->cancellable, error);
      if (page == NULL)
        return FALSE;

      for (guint i = 0; i < page->changes->len; i++)
        {
          if (!look_at (self, page->changes->pdata[i], error))
            return FALSE;
        }
      g_free (since);
      since = g_strdup (page->since);
      more = page->more;
      tally_sync_tell (self->context);
    }

  return TRUE;
}

/* Not the same doubt as the first time: the record moved, or an answer was spoiled on the way. */
static gboolean
is_passing (gpointer key,
            gpointer value,
            gpointer first)
{
  const TallyDoubt *doubt = value;
  const TallyDoubt *before = g_hash_table_lookup (first, key);

  return before == NULL || before->bent != doubt->bent ||
         !g_strv_equal ((const char * const *) before->leaves,
                        (const char * const *) doubt->leaves);
}

void
tally_listing_confirm (TallyListing       *self,
                       const TallyListing *first)
{
  g_hash_table_foreach_remove (self->doubts, is_passing, first->doubts);
  g_array_append_vals (self->seen, first->seen->data, first->seen->len);
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

static gboolean
is_lacking (TallyListing      *self,
            const TallyRecord *record)
{
  return record->remote != NULL && !record->remote->deleted &&
         !g_array_binary_search (self->seen, &record->id, compare_ids, NULL);
}

GPtrArray *
tally_listing_list_lacking (TallyListing  *self,
                            GError       **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  gint64 after = 0;

  g_array_sort (self->seen, compare_ids);
  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;

      if (g_cancellable_set_error_if_cancelled (self->context->cancellable, error))
        return NULL;
      records = tally_store_list_all (self->context->options->store, after, TALLY_SYNC_PAGE_ROWS,
                                      error);
      if (records == NULL)
        return NULL;
      if (records->len == 0)
        return g_steal_pointer (&keys);

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        {
          const TallyRecord *record = records->pdata[i];

          if (is_lacking (self, record))
            g_ptr_array_add (keys, g_strdup (record->key));
        }
    }
}
