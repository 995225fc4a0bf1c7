/* tally-gaps.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

/* What a page would say of a record that has not moved. */
static TallyChange *
new_change (const TallyRecord *record)
{
  TallyChange *change = g_new0 (TallyChange, 1);
  g_autoptr (GStrvBuilder) leaves = g_strv_builder_new ();

  for (guint i = 0; i < record->leaves->len; i++)
    g_strv_builder_add (leaves, ((TallyRevision *) record->leaves->pdata[i])->rev);
  change->key = g_strdup (record->key);
  change->leaves = g_strv_builder_end (leaves);
  change->deleted = record->remote != NULL && record->remote->deleted;

  return change;
}

gboolean
tally_sync_fill_gaps (TallySyncContext  *context,
                      GError           **error)
{
  gint64 after = 0;
  gboolean done;

  while (TRUE)
    {
      g_autoptr (GPtrArray) changes =
        g_ptr_array_new_with_free_func ((GDestroyNotify) tally_change_free);
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (GPtrArray) moved = NULL;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      records = tally_store_list_gaps (context->options->store, after, TALLY_SYNC_PAGE_ROWS,
                                       error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        g_ptr_array_add (changes, new_change (records->pdata[i]));
      /* What is edited meanwhile waits for the next run. */
      context->filling = TRUE;
      done = tally_sync_apply (context, changes, NULL, &moved, error);
      context->filling = FALSE;
      if (!done)
        return FALSE;
    }
}
