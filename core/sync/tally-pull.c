/* tally-pull.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

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

/* Rows and checkpoint share one transaction; rows edited here between reading and writing are
 * decided again. */
static gboolean
apply_page (TallySyncContext  *context,
            TallyChangesPage  *page,
            GError           **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_ref (page->changes);
  g_autoptr (GPtrArray) moved = NULL;

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

static gboolean
tells_same (const TallyChangesPage *page,
            const TallyChangesPage *again)
{
  if (page->changes->len != again->changes->len)
    return FALSE;

  for (guint i = 0; i < page->changes->len; i++)
    {
      const TallyChange *change = page->changes->pdata[i];
      const TallyChange *other = again->changes->pdata[i];

      if (!g_str_equal (change->key, other->key) ||
          !g_strv_equal ((const char * const *) change->leaves,
                         (const char * const *) other->leaves))
        return FALSE;
    }

  return TRUE;
}

/* Moves the mark, for a page that leads on. Between a run's first page and its mark the database
 * may have been put back to a backup that has the mark as it stood, and lacks what the page tells:
 * so what the page lists is read again under the new mark. From then on both the backup and its
 * return would have to fall within this run. *holds: the page may be applied. */
static gboolean
mark_page (TallySyncContext        *context,
           const TallyChangesPage  *page,
           guint                    rows,
           gboolean                *holds,
           GError                 **error)
{
  gboolean first = !context->moved;
  g_autoptr (TallyChangesPage) again = NULL;

  *holds = TRUE;
  if (g_strcmp0 (page->since, context->since) == 0)
    return TRUE;
  if (!tally_sync_move_mark (context, error))
    return FALSE;
  if (!first)
    return TRUE;

  again = tally_remote_list_changes (context->options->remote, context->since, rows, FALSE,
                                     context->cancellable, error);
  if (again == NULL)
    return FALSE;
  *holds = tells_same (page, again);

  return TRUE;
}

static TallyChangesPage *
ask_page (TallySyncContext  *context,
          gboolean           bodies,
          guint             *rows,
          GError           **error)
{
  const TallySyncOptions *options = context->options;
  gint64 begun_us = tally_clock_now_us (options->clock);
  TallyChangesPage *page;

  *rows = options->page_rows != 0 ? options->page_rows : tally_pace_get_pull_rows (context->pace);
  page = tally_remote_list_changes (options->remote, context->since, *rows, bodies,
                                    context->cancellable, error);
  tally_pace_note_pull (context->pace, tally_clock_now_us (options->clock) - begun_us,
                        page != NULL && page->more, page != NULL);

  return page;
}

gboolean
tally_sync_pull (TallySyncContext  *context,
                 gboolean           bodies,
                 GError           **error)
{
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (TallyChangesPage) page = NULL;
      gboolean holds;
      guint rows;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      page = ask_page (context, bodies, &rows, error);
      if (page == NULL || !mark_page (context, page, rows, &holds, error))
        return FALSE;
      if (!holds)
        continue;
      if (!note_unreadable (context, page, error) || !apply_page (context, page, error))
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
