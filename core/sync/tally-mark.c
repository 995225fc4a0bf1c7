/* tally-mark.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "config.h"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

#include <glib/gi18n-lib.h>

/* Our mark on the server tells the database that this store knows from one that was made anew, or
 * put back to a backup. It counts up before anything of a page is taken in, and the store follows:
 * so whatever lacks something that is here has an older mark, or none. A mark that is written only
 * when a run has ended would not see a backup that was made in the middle of one. */

/* A write may arrive once more, long after it was answered. After a return to a backup that fits,
 * the copy would make the mark as young as this store expects it. So what a page tells is taken in
 * only under a second write: a backup without it then lacks both, and a copy of one is not enough. */
#define MARK_WRITES 2

/* Another write of our own may have overtaken this one; more than two hardly can. */
#define MARK_TRIES 3

static gboolean
check_mark (TallySyncContext  *context,
            GError           **error)
{
  const TallyRemoteCheckpoint *mark = context->mark;

  if (context->session == 0 || context->adopting ||
      (mark != NULL && mark->session >= context->session))
    return TRUE;
  if (mark == NULL ? TALLY_IS_PLANTED (NO_IDENTITY) : TALLY_IS_PLANTED (NO_AGE))
    return TRUE;

  g_set_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_RECREATED,
               mark == NULL
               ? _("the database on the server is not the one this store knows: it was recreated "
                   "or swapped")
               : _("the database on the server is older than what this store has seen: it was "
                   "restored from a backup"));

  return FALSE;
}

gboolean
tally_sync_load_mark (TallySyncContext  *context,
                      GError           **error)
{
  g_clear_pointer (&context->mark, tally_remote_checkpoint_free);

  return tally_store_get_session (context->options->store, &context->session, error) &&
         tally_remote_load_checkpoint (context->options->remote, context->mark_id, &context->mark,
                                       context->cancellable, error) &&
         check_mark (context, error);
}

gboolean
tally_sync_check_mark (const TallySyncOptions  *options,
                       TallyBend               *bend,
                       GCancellable            *cancellable,
                       GError                 **error)
{
  g_autofree char *id = tally_sync_dup_mark_id (options);
  TallySyncContext context = { .options = options, .cancellable = cancellable, .mark_id = id };
  gboolean fits = tally_sync_load_mark (&context, error);

  *bend = context.mark != NULL ? tally_sync_get_bend (&context) : TALLY_BEND_NOTHING;
  g_clear_pointer (&context.mark, tally_remote_checkpoint_free);

  return fits;
}

char *
tally_sync_dup_mark_id (const TallySyncOptions *options)
{
  return g_strconcat ("tallystick-", tally_store_get_device (options->store), NULL);
}

static TallyRemoteCheckpoint *
next_mark (TallySyncContext *context,
           gboolean          claims)
{
  const TallyRemoteCheckpoint *mark = context->mark;
  TallyRemoteCheckpoint *next = g_new0 (TallyRemoteCheckpoint, 1);

  next->session = mark != NULL ? mark->session : 0;
  if (!claims)
    next->session = MAX (next->session, context->session) + 1;
  next->since = g_strdup (context->since);
  next->rev = g_strdup (mark != NULL ? mark->rev : NULL);
  next->kept = mark != NULL ? mark->kept : TALLY_BEND_NOTHING;

  return next;
}

static gboolean
write_mark (TallySyncContext  *context,
            gboolean           claims,
            GError           **error)
{
  for (guint i = 0; i < MARK_TRIES; i++)
    {
      g_autoptr (TallyRemoteCheckpoint) next = next_mark (context, claims);
      gboolean stale;

      if (TALLY_IS_PLANTED (MARK_FIRST) &&
          !tally_store_set_session (context->options->store, next->session, error))
        return FALSE;
      if (!tally_remote_save_checkpoint (context->options->remote, context->mark_id, next, &stale,
                                         context->cancellable, error))
        return FALSE;
      /* Where its rev was not told, the next write would make a mark in a database that has none. */
      if (stale || next->rev == NULL)
        {
          if (!tally_sync_load_mark (context, error))
            return FALSE;
          if (stale || context->mark == NULL || context->mark->session != next->session)
            continue;

          return TRUE;
        }

      g_clear_pointer (&context->mark, tally_remote_checkpoint_free);
      context->mark = g_steal_pointer (&next);

      return TRUE;
    }

  context->given_up = tally_reason_new ("server-error", "detail",
                                        _("something else writes this computer’s mark there"),
                                        NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the mark moves");

  return FALSE;
}

gboolean
tally_sync_claim_mark (TallySyncContext  *context,
                       GError           **error)
{
  if (!write_mark (context, TRUE, error))
    return FALSE;

  context->adopting = FALSE;

  return TRUE;
}

gboolean
tally_sync_move_mark (TallySyncContext  *context,
                      GError           **error)
{
  for (guint i = 0; i < MARK_WRITES; i++)
    {
      if (!write_mark (context, FALSE, error))
        return FALSE;
    }

  context->session = context->mark->session;
  context->moved = TRUE;

  return tally_store_set_session (context->options->store, context->session, error);
}
