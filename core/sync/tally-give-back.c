/* tally-give-back.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

/* A server that was put back to a backup, or made anew, lacks what only its devices still have.
 * Every leaf that this store knows is offered to it; it takes what it lacks. After that its trees
 * hold at least what was known of them here, so that an ordinary pull from the start sets all
 * pointers right, and nothing is deleted for being absent. */

static void
add_leaves (GPtrArray         *revisions,
            const TallyRecord *record)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      TallyRevision *leaf = record->leaves->pdata[i];

      /* What the server never showed is not ours to give. */
      if (leaf->body != NULL)
        g_ptr_array_add (revisions, tally_revision_ref (leaf));
    }
}

/* All of it, or the next run has to begin again. */
static gboolean
check_outcomes (TallySyncContext  *context,
                GPtrArray         *outcomes,
                GError           **error)
{
  for (guint i = 0; i < outcomes->len; i++)
    {
      const TallyPushOutcome *outcome = outcomes->pdata[i];

      if (outcome->status == TALLY_PUSH_STORED)
        continue;

      context->given_up = outcome->reason != NULL ? tally_reason_ref (outcome->reason)
                                                  : tally_reason_new ("unknown-outcome", NULL);
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
    add_leaves (revisions, records->pdata[i]);
  if (revisions->len == 0)
    return TRUE;

  outcomes = tally_remote_push (context->options->remote, revisions, context->cancellable, error);

  return outcomes != NULL && check_outcomes (context, outcomes, error);
}

gboolean
tally_sync_give_back (TallySyncContext  *context,
                      GError           **error)
{
  TallyStore *store = context->options->store;
  gint64 after = 0;

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
