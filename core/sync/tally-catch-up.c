/* tally-catch-up.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-reconcile.h"
#include "sync/tally-sync-private.h"

/* What no page will tell of again: done from the store alone. */

static void
count_deletions (TallySyncContext *context,
                 GPtrArray        *decisions,
                 GPtrArray        *moved)
{
  for (guint i = 0; i < decisions->len; i++)
    {
      const TallyRecord *after = ((TallyDecision *) decisions->pdata[i])->after;

      context->run->n_deleted +=
        after->local->deleted &&
        !g_ptr_array_find_with_equal_func (moved, after->key, g_str_equal, NULL);
    }
}

/* A deletion from elsewhere takes the record from the screen, not its last body from history. */
static TallyDecision *
new_decision (TallyRecord *record,
              TallyRecord *after)
{
  TallyDecision *decision = tally_decision_new (record, after);

  if (after->local->deleted)
    tally_decision_set_history (decision, "deleted", NULL, record->local, record->remote, NULL);

  return decision;
}

static gboolean
get_rule (TallySyncContext  *context,
          TallyGuardRule    *rule,
          GError           **error)
{
  *rule = context->options->guard;

  return rule->share != 0 || tally_store_get_guard_rule (context->options->store, rule, error);
}

gboolean
tally_sync_guard (TallySyncContext  *context,
                  GError           **error)
{
  TallyGuardRule rule;

  return get_rule (context, &rule, error) &&
         tally_store_guard (context->options->store, &rule, error);
}

gboolean
tally_sync_guard_edits (TallySyncContext  *context,
                        GError           **error)
{
  TallyGuardRule rule;

  return get_rule (context, &rule, error) &&
         tally_store_guard_edits (context->options->store, &rule, error);
}

gboolean
tally_sync_catch_up (TallySyncContext  *context,
                     GError           **error)
{
  TallyStore *store = context->options->store;

  if (!tally_sync_guard (context, error))
    return FALSE;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (GPtrArray) decisions =
        g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
      g_autoptr (GPtrArray) moved = NULL;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      records = tally_store_list_behind (store, 0, TALLY_SYNC_PAGE_ROWS, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      for (guint i = 0; i < records->len; i++)
        {
          g_autoptr (TallyRecord) after = tally_catch_up (records->pdata[i]);

          g_ptr_array_add (decisions, new_decision (records->pdata[i], after));
        }
      if (!tally_store_apply (store, decisions, NULL, context->run->id, &moved, error))
        return FALSE;
      count_deletions (context, decisions, moved);
    }
}

/* An edit of the local side can make a conflict mergeable, or both sides equal: no page will
 * tell, so the open ones are tried again with the bodies at hand. */
static GPtrArray *
refold_page (TallySyncContext  *context,
             GPtrArray         *records,
             GError           **error)
{
  g_autoptr (GPtrArray) decisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
  g_autoptr (GPtrArray) wanted =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GPtrArray) bases =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  for (guint i = 0; i < records->len; i++)
    {
      TallyDecision *decision;

      if (!tally_sync_gather_bases (context, records->pdata[i], bases, wanted, error))
        return NULL;
      decision = tally_sync_merge (records->pdata[i], records->pdata[i], bases);
      if (decision != NULL)
        g_ptr_array_add (decisions, decision);
    }

  return g_steal_pointer (&decisions);
}

gboolean
tally_sync_refold (TallySyncContext  *context,
                   GError           **error)
{
  TallyStore *store = context->options->store;
  guint offset = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (GPtrArray) decisions = NULL;
      g_autoptr (GPtrArray) moved = NULL;

      records = tally_store_list_conflicts (store, offset, TALLY_SYNC_PAGE_ROWS, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      decisions = refold_page (context, records, error);
      if (decisions == NULL ||
          !tally_store_apply (store, decisions, NULL, context->run->id, &moved, error))
        return FALSE;
      context->run->n_auto_resolved += decisions->len - moved->len;
      offset += records->len - (decisions->len - moved->len);
    }
}
