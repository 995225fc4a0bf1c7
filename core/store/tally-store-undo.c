/* tally-store-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "base/tally-planted.h"
#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* A run is undone by edits, as if somebody typed again what was there before: they leave with the
 * next run, other devices get them, and history only grows. */

/* Rows that are read in one go. */
#define PAGE 500

/* One record that a run changed. */
typedef struct
{
  TallyUndoRow *row;      /* owned */
  TallyRecord  *record;   /* owned, nullable */
  char         *after;    /* owned, nullable: the revision that the run left; NULL: nothing */
  gboolean      existed;  /* before; the row has its body */
  char         *attachments;   /* owned, nullable: its */
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  g_clear_pointer (&self->row, tally_undo_row_free);
  g_clear_pointer (&self->record, tally_record_unref);
  g_free (self->after);
  g_free (self->attachments);
  g_free (self);
}

void
tally_undo_row_free (TallyUndoRow *self)
{
  g_free (self->key);
  g_free (self->body);
  g_free (self);
}

static gboolean
check_known (TallyStore  *self,
             gint64       run,
             const char  *number,
             GError     **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "run-get");
  TallyDbStep step;

  tally_statement_bind_int (get, ":id", run);
  step = tally_statement_step (get, error);
  if (step == TALLY_DB_ROW && !g_str_equal (tally_statement_get_text (get, 0), "running"))
    return TRUE;

  if (step == TALLY_DB_DONE)
    g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                 _("There is no run %s; “tallyctl runs” lists them."), number);
  else if (step == TALLY_DB_ROW)
    g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                 _("Run %s has not ended. Wait for it or cancel it, then undo it."), number);

  return FALSE;
}

static gboolean
check_kept (TallyStore  *self,
            gint64       run,
            const char  *number,
            GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *from = tally_store_dup_setting (self, TALLY_STORE_UNDO_FROM, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (from == NULL || run >= g_ascii_strtoll (from, NULL, 10))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("Run %s was too long ago: what it changed is not kept any more."), number);

  return FALSE;
}

static gboolean
check_run (TallyStore  *self,
           gint64       run,
           GError     **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, run);

  return check_kept (self, run, number, error) && check_known (self, run, number, error);
}

/* An edit carries the attachments of what it is made on, and no others. */
static gboolean
can_be_had_back (const Change        *change,
                 const TallyRevision *shown)
{
  if (!change->existed)
    return TRUE;

  return change->row->body != NULL &&
         g_strcmp0 (change->attachments, shown != NULL ? shown->attachments : NULL) == 0;
}

static const char *
find_obstacle (const Change *change)
{
  const TallyRevision *shown = tally_store_find_shown (change->record);

  if (change->record == NULL)
    return "lost";
  if (tally_record_is_conflict (change->record))
    return "conflict";
  if (g_strcmp0 (shown != NULL ? shown->rev : NULL, change->after) != 0 &&
      !TALLY_IS_PLANTED (UNDO_EDITED))
    return "edited";

  return can_be_had_back (change, shown) ? NULL : "lost";
}

/* Columns of preimage-page. */
enum
{
  COL_RECORD, COL_AFTER, COL_EXISTED, COL_BODY, COL_ATTACHMENTS,
};

static GPtrArray *
read_rows (TallyStore  *self,
           gint64       run,
           gint64       position,
           guint        limit,
           GError     **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (change_free);
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "preimage-page");
  TallyDbStep step;

  tally_statement_bind_int (list, ":run", run);
  tally_statement_bind_int (list, ":position", position);
  tally_statement_bind_int (list, ":limit", limit);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      Change *change = g_new0 (Change, 1);

      change->row = g_new0 (TallyUndoRow, 1);
      change->row->position = tally_statement_get_int (list, COL_RECORD);
      change->after = g_strdup (tally_statement_get_text (list, COL_AFTER));
      change->existed = tally_statement_get_int (list, COL_EXISTED) != 0;
      change->row->body = g_strdup (tally_statement_get_text (list, COL_BODY));
      change->attachments = g_strdup (tally_statement_get_text (list, COL_ATTACHMENTS));
      change->row->action = change->existed ? "restore" : "delete";
      g_ptr_array_add (changes, change);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&changes) : NULL;
}

static GPtrArray *
list_changes (TallyStore  *self,
              gint64       run,
              gint64       position,
              guint        limit,
              GError     **error)
{
  g_autoptr (GPtrArray) changes = read_rows (self, run, position, limit, error);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      Change *change = changes->pdata[i];

      if (!tally_store_load_id (self, change->row->position, &change->record, error))
        return NULL;
      change->row->key = g_strdup (change->record != NULL ? change->record->key : "");
      change->row->obstacle = find_obstacle (change);
    }

  return g_steal_pointer (&changes);
}

/* Calls @func for everything that the run changed. */
typedef gboolean (*ChangeFunc) (TallyStore  *self,
                                Change      *change,
                                gpointer     user_data,
                                GError     **error);

static gboolean
foreach_change (TallyStore  *self,
                gint64       run,
                ChangeFunc   func,
                gpointer     user_data,
                GError     **error)
{
  gint64 position = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) changes = list_changes (self, run, position, PAGE, error);

      if (changes == NULL)
        return FALSE;
      if (changes->len == 0)
        return TRUE;

      position = ((Change *) changes->pdata[changes->len - 1])->row->position;
      for (guint i = 0; i < changes->len; i++)
        {
          if (!func (self, changes->pdata[i], user_data, error))
            return FALSE;
        }
    }
}

static gboolean
count (TallyStore  *self,
       Change      *change,
       gpointer     user_data,
       GError     **error)
{
  TallyUndoCounts *counts = user_data;

  if (change->row->obstacle != NULL)
    counts->n_left++;
  else if (change->existed)
    counts->n_restore++;
  else
    counts->n_delete++;

  return TRUE;
}

/**
 * tally_store_count_undo:
 * @self: a store
 * @run: id of a run
 * @counts: (out caller-allocates): what undoing it would do now
 * @error: %TALLY_STORE_ERROR_BAD_INPUT, %TALLY_STORE_ERROR_STALE, %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_count_undo (TallyStore       *self,
                        gint64            run,
                        TallyUndoCounts  *counts,
                        GError          **error)
{
  *counts = (TallyUndoCounts) { 0 };

  return check_run (self, run, error) && foreach_change (self, run, count, counts, error);
}

/**
 * tally_store_list_undo:
 * @self: a store
 * @run: id of a run
 * @position: of the row before the first
 * @limit: rows at most
 * @error: as tally_store_count_undo()
 *
 * Returns: (transfer full) (element-type TallyUndoRow): what undoing it would do now
 */
GPtrArray *
tally_store_list_undo (TallyStore  *self,
                       gint64       run,
                       gint64       position,
                       guint        limit,
                       GError     **error)
{
  g_autoptr (GPtrArray) changes = NULL;
  GPtrArray *rows;

  if (!check_run (self, run, error))
    return NULL;
  changes = list_changes (self, run, position, limit, error);
  if (changes == NULL)
    return NULL;

  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_undo_row_free);
  for (guint i = 0; i < changes->len; i++)
    g_ptr_array_add (rows, g_steal_pointer (&((Change *) changes->pdata[i])->row));

  return rows;
}

/* It stays here until somebody lets it go, or leaves unasked: a person has looked at it. */
static void
set_lane (TallyRecord *after,
          gboolean     hold)
{
  TallyOutboxEntry *outbox = after->outbox;

  if (outbox == NULL || outbox->lane != TALLY_LANE_SEND)
    return;

  outbox->lane = hold ? TALLY_LANE_HOLD : TALLY_LANE_SEND;
  g_clear_pointer (&outbox->reason, tally_reason_unref);
  outbox->reason = tally_reason_new (hold ? TALLY_REASON_ON_HOLD : TALLY_GUARD_REASON_ALLOWED,
                                     NULL);
}

static gboolean
undo_change (TallyStore  *self,
             Change      *change,
             gpointer     user_data,
             GError     **error)
{
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyDecision) decision = NULL;
  gboolean moved;

  if (change->row->obstacle != NULL)
    return TRUE;
  after = tally_record_edited (change->record, !change->existed,
                               change->existed ? change->row->body : "{}");
  if (after == NULL)
    return TRUE;
  set_lane (after, GPOINTER_TO_INT (user_data));

  decision = tally_decision_new (change->record, after);
  tally_decision_set_history (decision, "undone", NULL, change->record->local, NULL, after->local);

  return tally_store_write (self, decision, 0, &moved, error);
}

static gboolean
undo_run (TallyStore  *self,
          gint64       run,
          guint        n_shown,
          gboolean     hold,
          GError     **error)
{
  TallyUndoCounts counts;

  if (!tally_store_count_undo (self, run, &counts, error))
    return FALSE;
  if (counts.n_restore + counts.n_delete == n_shown)
    return foreach_change (self, run, undo_change, GINT_TO_POINTER (hold), error);

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
               _("Undoing that run would change %u records now, not %u. Look at them again, then "
                 "decide."), counts.n_restore + counts.n_delete, n_shown);

  return FALSE;
}

/**
 * tally_store_undo_run:
 * @self: a store
 * @run: id of a run
 * @n_shown: how many records somebody was told that it would change
 * @error: as tally_store_count_undo(); %TALLY_STORE_ERROR_STALE also when @n_shown is not so
 *
 * Edits every record back to what was shown before the run changed it: its body of then, or
 * nothing. What was edited since, or is in conflict, is left alone. All of it or nothing is stored.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_undo_run (TallyStore  *self,
                      gint64       run,
                      guint        n_shown,
                      gboolean     hold,
                      GError     **error)
{
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!undo_run (self, run, n_shown, hold, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}
