/* tally-give-back.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-reconcile.h"
#include "sync/tally-sync-private.h"

/* A server that was put back to a backup, or made anew, lacks what only its devices still have.
 * Every leaf that this store knows is offered to it; it takes what it lacks. After that its trees
 * hold at least what was known of them here, so that an ordinary pull from the start sets all
 * pointers right, and nothing is deleted for being absent. */

static gboolean
is_known (const TallyRevision *revision)
{
  return revision->body != NULL || revision->deleted;
}

static gboolean
is_in_tree (GPtrArray           *leaves,
            const TallyRevision *revision)
{
  for (guint i = 0; i < leaves->len; i++)
    {
      const TallyRevision *leaf = leaves->pdata[i];

      if (tally_revision_is_same (leaf, revision) || tally_revision_descends (leaf, revision->rev))
        return TRUE;
    }

  return FALSE;
}

/* The leaves, as far as there is something to give. Of one that the server never showed there is
 * nothing, but what was last agreed came before it, and stands here. */
static GPtrArray *
list_known (const TallyRecord *record)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  for (guint i = 0; i < record->leaves->len; i++)
    {
      TallyRevision *leaf = record->leaves->pdata[i];

      if (is_known (leaf))
        g_ptr_array_add (known, tally_revision_ref (leaf));
    }
  if (known->len < record->leaves->len && record->base != NULL && is_known (record->base) &&
      !is_in_tree (known, record->base))
    g_ptr_array_add (known, tally_revision_ref (record->base));

  return known;
}

/* A tombstone can always be given: whatever else stood in it, it says deleted. */
static TallyRevision *
dup_to_give (const TallyRevision *revision)
{
  if (revision->body != NULL)
    return tally_revision_ref ((TallyRevision *) revision);

  return tally_revision_new (revision->key, revision->rev,
                             (const char * const *) revision->ancestors, TRUE, "{}", NULL);
}

static void
add_revisions (GPtrArray         *revisions,
               const TallyRecord *record)
{
  g_autoptr (GPtrArray) known = list_known (record);

  for (guint i = 0; i < known->len; i++)
    g_ptr_array_add (revisions, dup_to_give (known->pdata[i]));
}

static gboolean
has_unknown_leaf (const TallyRecord *record)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      if (!is_known (record->leaves->pdata[i]))
        return TRUE;
    }

  return FALSE;
}

/* Whether a leaf without a body is still there only the server can tell. Until it does, the
 * record stands as if the server had no more than what was given to it: a leaf that is gone is
 * told of by no page, and would be waited for without end. */
static TallyDecision *
forget_unknown (TallyRecord *record)
{
  g_autoptr (GPtrArray) known = list_known (record);
  g_autoptr (TallyRecord) after = NULL;

  if (known->len > 0)
    {
      after = tally_reconcile (record, known);
    }
  else
    {
      after = tally_record_copy (record);
      tally_record_set_leaves (after, known);
      tally_record_set_remote (after, record->base);
    }

  return tally_decision_new (record, after);
}

static gboolean
forget_page (TallySyncContext  *context,
             GPtrArray         *records,
             GError           **error)
{
  g_autoptr (GPtrArray) decisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
  g_autoptr (GPtrArray) moved = NULL;

  for (guint i = 0; i < records->len; i++)
    {
      if (has_unknown_leaf (records->pdata[i]))
        g_ptr_array_add (decisions, forget_unknown (records->pdata[i]));
    }

  /* One that is edited at this moment keeps its pointers: the pull decides on it. */
  return decisions->len == 0 ||
         tally_store_apply (context->options->store, decisions, NULL, context->run->id, &moved,
                            error);
}

/* All of it, or the next run has to begin again. */
static gboolean
check_outcomes (TallySyncContext  *context,
                GPtrArray         *outcomes,
                GError           **error)
{
  if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
    return FALSE;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const TallyPushOutcome *outcome = outcomes->pdata[i];

      if (outcome->status == TALLY_PUSH_STORED)
        continue;

      context->given_up = outcome->reason != NULL ? tally_reason_ref (outcome->reason)
                                                  : tally_reason_new ("unknown-outcome", NULL);
      tally_run_add_error (context->run, outcome->key, tally_reason_ref (context->given_up));
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           "the server does not take back what it lacks");
      return FALSE;
    }

  return TRUE;
}

static gboolean
give_page (TallySyncContext  *context,
           GPtrArray         *records,
           GError           **error)
{
  g_autoptr (GPtrArray) revisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  g_autoptr (GPtrArray) outcomes = NULL;

  for (guint i = 0; i < records->len; i++)
    add_revisions (revisions, records->pdata[i]);
  if (revisions->len > 0)
    {
      outcomes = tally_remote_push (context->options->remote, revisions, context->cancellable,
                                    error);
      if (outcomes == NULL || !check_outcomes (context, outcomes, error))
        return FALSE;
    }

  return forget_page (context, records, error);
}

gboolean
tally_sync_give_back (TallySyncContext  *context,
                      GError           **error)
{
  TallyStore *store = context->options->store;
  gint64 after = 0;

  /* What is given to one database is not in another that takes its place meanwhile. */
  if (!tally_sync_claim_mark (context, error))
    return FALSE;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      records = tally_store_list_all (store, after, TALLY_SYNC_BATCH_ROWS, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        break;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      if (!give_page (context, records, error))
        return FALSE;
    }

  /* In this order: a run that ends between the two finds the old mark, and begins again. */
  return tally_store_forget_since (store, error) && tally_sync_move_mark (context, error);
}
