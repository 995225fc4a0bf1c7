/* tally-prove.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-pulled.h"

#include "base/tally-json-text.h"

/* Lists everything the server has and holds it against what is known here. What differs is looked
 * at twice: between listing and reading a record may have moved. Only what stood still, and is
 * still not what is known here, is unequal. */

/* A row that was not what is known here. */
typedef struct
{
  char     *key;
  char    **leaves;
  gboolean  bent;   /* the leaves are the same, the winner's body is not */
} Doubt;

typedef struct
{
  TallySyncContext *context;
  GArray           *seen;      /* owned: gint64, ids of the records that were listed */
  GHashTable       *doubts;    /* owned: key -> Doubt */
  guint             n_live;    /* listed */
  guint             n_equal;   /* live, clean, and the same there and here */
} Listing;

static void
doubt_free (gpointer data)
{
  Doubt *self = data;

  g_free (self->key);
  g_strfreev (self->leaves);
  g_free (self);
}

static void
listing_init (Listing          *self,
              TallySyncContext *context)
{
  *self = (Listing) { .context = context };
  self->seen = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->doubts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, doubt_free);
}

static void
listing_clear (Listing *self)
{
  g_array_unref (self->seen);
  g_hash_table_unref (self->doubts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static void
add_doubt (Listing           *self,
           const TallyChange *change,
           gboolean           bent)
{
  Doubt *doubt = g_new0 (Doubt, 1);

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
look_at (Listing            *self,
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

static gboolean
list_all (Listing   *self,
          GError   **error)
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
                                        options->proof == TALLY_PROOF_COMPARED,
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

/* --- what stands still and differs --- */

/* Not the same doubt as the first time: the record moved, or an answer was spoiled on the way. */
static gboolean
is_passing (gpointer key,
            gpointer value,
            gpointer first)
{
  const Doubt *doubt = value;
  const Doubt *before = g_hash_table_lookup (first, key);

  return before == NULL || before->bent != doubt->bent ||
         !g_strv_equal ((const char * const *) before->leaves,
                        (const char * const *) doubt->leaves);
}

static guint
count_unequal (Listing *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->doubts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += !((const Doubt *) value)->bent;

  return n;
}

static gboolean
fail_unequal (TallySyncContext  *context,
              guint              n,
              GError           **error)
{
  g_autofree char *count = g_strdup_printf ("%u", n);

  /* Whatever the checkpoint has passed is read again. */
  if (!tally_store_forget_since (context->options->store, error))
    return FALSE;

  context->given_up = tally_reason_new ("unequal", "count", count, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the halves differ");

  return FALSE;
}

/* --- what the server does not have any more --- */

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

static gboolean
is_lacking (Listing           *self,
            const TallyRecord *record)
{
  return record->remote != NULL && !record->remote->deleted &&
         !g_array_binary_search (self->seen, &record->id, compare_ids, NULL);
}

/* No page will ever tell of it: noted as a problem until another proof, or somebody, solves it. */
static gboolean
note (Listing     *self,
      const char  *key,
      const char  *code,
      GError     **error)
{
  TallySyncContext *context = self->context;
  TallyReason *reason = tally_reason_new (code, NULL);

  tally_run_add_error (context->run, key, reason);
  context->run->n_failed++;

  return tally_store_open_problem (context->options->store, key, reason, error);
}

/* (element-type utf8): their keys. */
static GPtrArray *
list_lacking (Listing   *self,
              GError   **error)
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

static gboolean
find_bent (Listing   *self,
           GError   **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->doubts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Doubt *doubt = value;

      if (doubt->bent && !note (self, doubt->key, "bends-value", error))
        return FALSE;
    }

  return TRUE;
}

/* What the last proof found is found again, or is not so any more. */
static gboolean
forget_findings (Listing   *self,
                 GError   **error)
{
  TallyStore *store = self->context->options->store;

  return tally_store_solve_problems (store, "lacking", error) &&
         (self->context->options->proof != TALLY_PROOF_COMPARED ||
          tally_store_solve_problems (store, "bends-value", error));
}

static gboolean
note_all (Listing    *self,
          GPtrArray  *lacking,
          GError    **error)
{
  if (!forget_findings (self, error))
    return FALSE;
  for (guint i = 0; i < lacking->len; i++)
    {
      if (!note (self, lacking->pdata[i], "lacking", error))
        return FALSE;
    }

  return find_bent (self, error);
}

static gboolean
claim (Listing    *self,
       GPtrArray  *lacking,
       GError    **error)
{
  TallyRun *run = self->context->run;
  TallyStoreCounts counts;
  guint n_failed = run->n_failed;

  if (!note_all (self, lacking, error) ||
      !tally_store_count (self->context->options->store, &counts, error))
    return FALSE;

  run->n_equal = self->n_equal;
  run->n_compared = MAX (counts.n_records, self->n_live);
  if (run->n_failed > n_failed)
    return TRUE;

  g_free (run->grade);
  run->grade = g_strdup (self->context->options->proof == TALLY_PROOF_COMPARED ? "compared"
                                                                              : "verified");

  return TRUE;
}

/* The records may have moved between listing and reading, and an answer may have been spoiled on
 * the way: only what both listings say is so. */
static gboolean
look_again (Listing   *first,
            GError   **error)
{
  TallySyncContext *context = first->context;
  g_auto (Listing) second = { 0 };
  g_autoptr (GPtrArray) lacking = NULL;
  guint n_unequal;

  listing_init (&second, context);
  if (!tally_sync_pull (context, TRUE, error) || !tally_sync_catch_up (context, error) ||
      !list_all (&second, error))
    return FALSE;
  g_hash_table_foreach_remove (second.doubts, is_passing, first->doubts);
  n_unequal = count_unequal (&second);
  if (n_unequal > 0)
    return fail_unequal (context, n_unequal, error);

  g_array_append_vals (second.seen, first->seen->data, first->seen->len);
  lacking = list_lacking (&second, error);

  return lacking != NULL && claim (&second, lacking, error);
}

gboolean
tally_sync_prove (TallySyncContext  *context,
                  GError           **error)
{
  g_auto (Listing) listing = { 0 };
  g_autoptr (GPtrArray) lacking = NULL;

  listing_init (&listing, context);
  if (!list_all (&listing, error))
    return FALSE;
  lacking = list_lacking (&listing, error);
  if (lacking == NULL)
    return FALSE;

  return g_hash_table_size (listing.doubts) + lacking->len > 0 ? look_again (&listing, error)
                                                              : claim (&listing, lacking, error);
}
