/* tally-store-run.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

static gboolean
update_run (TallyStore      *self,
            const TallyRun  *run,
            GError         **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "run-update");
  g_autofree char *summary = tally_run_to_json (run);

  tally_statement_bind_int (statement, ":id", run->id);
  tally_statement_bind_text (statement, ":status", run->status);
  if (run->ended_us != 0)
    tally_statement_bind_int (statement, ":ended", run->ended_us);
  tally_statement_bind_text (statement, ":summary", summary);
  tally_statement_bind_text (statement, ":grade", run->grade);

  return tally_statement_run (statement, error);
}

static gboolean
insert_run (TallyStore  *self,
            TallyRun    *run,
            GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "run-insert");

  tally_statement_bind_text (statement, ":operation", run->operation);
  tally_statement_bind_text (statement, ":trigger", run->trigger);
  tally_statement_bind_text (statement, ":status", run->status);
  tally_statement_bind_int (statement, ":started", run->started_us);
  if (!tally_statement_run (statement, error))
    return FALSE;

  run->id = tally_db_last_insert_id (self->db);

  return TRUE;
}

/* Only the holder of the lock runs, and one run at a time: whatever still says "running" was
 * cut off. */
static GPtrArray *
list_unfinished (TallyStore      *self,
                 const TallyRun  *current,
                 GError         **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_run_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "run-unfinished");
  TallyDbStep step;

  tally_statement_bind_int (statement, ":except", current->id);
  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      TallyRun *run = tally_run_new (tally_statement_get_text (statement, 1),
                                     tally_statement_get_text (statement, 2));

      run->id = tally_statement_get_int (statement, 0);
      run->started_us = tally_statement_get_int (statement, 3);
      run->ended_us = current->started_us;
      g_free (run->status);
      run->status = g_strdup ("failed");
      tally_run_add_error (run, NULL, tally_reason_new ("interrupted", NULL));
      g_ptr_array_add (runs, run);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&runs) : NULL;
}

static gboolean
begin_run (TallyStore  *self,
           TallyRun    *run,
           guint       *n_unfinished,
           GError     **error)
{
  g_autoptr (GPtrArray) unfinished = NULL;

  if (!insert_run (self, run, error))
    return FALSE;

  unfinished = list_unfinished (self, run, error);
  if (unfinished == NULL)
    return FALSE;

  for (guint i = 0; i < unfinished->len; i++)
    {
      if (!update_run (self, unfinished->pdata[i], error))
        return FALSE;
    }
  if (n_unfinished != NULL)
    *n_unfinished = unfinished->len;

  return TRUE;
}

/**
 * tally_store_begin_run:
 * @self: a store
 * @run: the run; gets its id
 * @n_unfinished: (out) (optional): runs that a crash had left open, closed now
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_begin_run (TallyStore  *self,
                       TallyRun    *run,
                       guint       *n_unfinished,
                       GError     **error)
{
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!begin_run (self, run, n_unfinished, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_end_run:
 * @self: a store
 * @run: as it ended
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_end_run (TallyStore      *self,
                     const TallyRun  *run,
                     GError         **error)
{
  return update_run (self, run, error);
}

/**
 * tally_run_row_free:
 * @self: (transfer full): a row
 */
void
tally_run_row_free (TallyRunRow *self)
{
  g_free (self->trigger);
  g_free (self->status);
  g_free (self->grade);
  g_free (self->json);
  g_free (self);
}

/**
 * tally_store_list_runs:
 * @self: a store
 * @limit: rows at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRunRow): newest first
 */
GPtrArray *
tally_store_list_runs (TallyStore  *self,
                       guint        limit,
                       GError     **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_run_row_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "run-list");
  TallyDbStep step;

  tally_statement_bind_int (statement, ":limit", limit);
  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      TallyRunRow *row = g_new0 (TallyRunRow, 1);

      row->id = tally_statement_get_int (statement, 0);
      row->trigger = g_strdup (tally_statement_get_text (statement, 1));
      row->status = g_strdup (tally_statement_get_text (statement, 2));
      row->started_us = tally_statement_get_int (statement, 3);
      row->ended_us = tally_statement_get_int (statement, 4);
      row->json = g_strdup (tally_statement_get_text (statement, 5));
      row->grade = g_strdup (tally_statement_get_text (statement, 6));
      g_ptr_array_add (rows, row);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&rows) : NULL;
}

gboolean
tally_store_get_proved (TallyStore  *self,
                        gint64      *proved_us,
                        GError     **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "run-proved");

  if (tally_statement_step (get, error) != TALLY_DB_ROW)
    return FALSE;

  *proved_us = tally_statement_get_int (get, 0);

  return TRUE;
}
