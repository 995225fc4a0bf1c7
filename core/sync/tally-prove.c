/* tally-prove.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-listing.h"

/* What differs is looked at twice; what stood still, and is still not what is known here, is
 * unequal. */

/* --- what stands still and differs --- */

static guint
count_unequal (TallyListing *listing)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, listing->doubts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += !((const TallyDoubt *) value)->bent;

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

/* No page will ever tell of it: noted as a problem until another proof, or somebody, solves it. */
static gboolean
note (TallyListing  *self,
      const char    *key,
      const char    *code,
      GError       **error)
{
  TallySyncContext *context = self->context;
  TallyReason *reason = tally_reason_new (code, NULL);

  tally_run_add_error (context->run, key, reason);
  context->run->n_failed++;

  return tally_store_open_problem (context->options->store, key, reason, error);
}

static gboolean
find_bent (TallyListing  *self,
           GError       **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->doubts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const TallyDoubt *doubt = value;

      if (doubt->bent && !note (self, doubt->key, "bent-there", error))
        return FALSE;
    }

  return TRUE;
}

/* What the last proof found is found again, or is not so any more. */
static gboolean
forget_findings (TallyListing  *self,
                 GError       **error)
{
  TallyStore *store = self->context->options->store;

  return tally_store_solve_problems (store, "lacking", error) &&
         (self->context->options->ask.proof != TALLY_PROOF_COMPARED ||
          tally_store_solve_problems (store, "bent-there", error));
}

static gboolean
note_all (TallyListing  *self,
          GPtrArray     *lacking,
          GError       **error)
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
claim (TallyListing  *self,
       GPtrArray     *lacking,
       GError       **error)
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
  run->grade = g_strdup (self->context->options->ask.proof == TALLY_PROOF_COMPARED
                         ? "compared" : "verified");

  return TRUE;
}

/* --- for whoever only looks --- */

static gboolean
name_differences (TallyListing  *self,
                  GPtrArray     *lacking,
                  GError       **error)
{
  TallySyncContext *context = self->context;
  guint n = g_hash_table_size (self->doubts) + lacking->len;
  g_autofree char *count = g_strdup_printf ("%u", n);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_ptr_array_extend (keys, lacking, NULL, NULL);
  g_hash_table_iter_init (&iter, self->doubts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, key);
  g_ptr_array_sort (keys, tally_sync_compare_keys);
  for (guint i = 0; i < MIN (n, TALLY_SYNC_NAMED_CONFLICTS); i++)
    tally_run_add_error (context->run, keys->pdata[i], tally_reason_new ("differs", NULL));

  context->run->n_failed += n;
  context->given_up = tally_reason_new ("differs", "count", count, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the halves differ");

  return FALSE;
}

/* --- the proof --- */

/* What the checkpoint can lead to is taken in first, unless somebody only looks. */
static gboolean
list_again (TallyListing        *self,
            const TallyListing  *first,
            GError             **error)
{
  TallySyncContext *context = self->context;

  if (!context->options->ask.look_only &&
      (!tally_sync_pull (context, TRUE, error) || !tally_sync_catch_up (context, error)))
    return FALSE;
  if (!tally_listing_fill (self, error))
    return FALSE;
  tally_listing_confirm (self, first);

  return TRUE;
}

static gboolean
look_again (const TallyListing  *first,
            GError             **error)
{
  TallySyncContext *context = first->context;
  gboolean look_only = context->options->ask.look_only;
  g_auto (TallyListing) second = { 0 };
  g_autoptr (GPtrArray) lacking = NULL;
  guint n_unequal;

  tally_listing_init (&second, context);
  if (!list_again (&second, first, error))
    return FALSE;
  n_unequal = count_unequal (&second);
  if (n_unequal > 0 && !look_only)
    return fail_unequal (context, n_unequal, error);

  lacking = tally_listing_list_lacking (&second, error);
  if (lacking == NULL)
    return FALSE;

  return look_only && g_hash_table_size (second.doubts) + lacking->len > 0
         ? name_differences (&second, lacking, error) : claim (&second, lacking, error);
}

gboolean
tally_sync_prove (TallySyncContext  *context,
                  GError           **error)
{
  g_auto (TallyListing) listing = { 0 };
  g_autoptr (GPtrArray) lacking = NULL;

  tally_listing_init (&listing, context);
  if (!tally_listing_fill (&listing, error))
    return FALSE;
  lacking = tally_listing_list_lacking (&listing, error);
  if (lacking == NULL)
    return FALSE;

  return g_hash_table_size (listing.doubts) + lacking->len > 0 ? look_again (&listing, error)
                                                              : claim (&listing, lacking, error);
}
