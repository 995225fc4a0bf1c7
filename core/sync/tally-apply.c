/* tally-apply.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-fold.h"
#include "sync/tally-pulled.h"
#include "sync/tally-reconcile.h"

#include "base/tally-planted.h"

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
      TallyPulled *item = items->pdata[i];
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
find_refusal (const TallyPulled *item)
{
  if (item->change->refused != NULL)
    return tally_reason_ref (item->change->refused);

  return tally_reason_new ("bad-document", "detail", item->after->remote->rev, NULL);
}

static TallyDecision *
decide (TallySyncContext *context,
        TallyPulled      *item,
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
      tally_pulled_find_leaf (after->leaves, seen->local->rev) != NULL &&
      tally_pulled_find_leaf (seen->leaves, seen->local->rev) == NULL)
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

gboolean
tally_sync_apply (TallySyncContext  *context,
                  GPtrArray         *changes,
                  const char        *since,
                  GPtrArray        **moved,
                  GError           **error)
{
  g_autoptr (GPtrArray) items = tally_pulled_gather (context, changes, error);
  g_autoptr (GPtrArray) bases = NULL;
  g_autoptr (GPtrArray) decisions = NULL;

  if (items == NULL)
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
