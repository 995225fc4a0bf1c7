/* tally-store-trim.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

/* What of the past is given up, so that the file does not grow for ever. */

/* Rows that go in one transaction. */
#define PAGE 500

#define USEC_PER_DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* The last run that is that old; 0: none is. */
static gboolean
find_run (TallyStore            *self,
          const TallyRetention  *rule,
          gint64                 date_us,
          gint64                *run,
          GError               **error)
{
  g_autoptr (TallyStatement) find = tally_db_statement (self->db, "run-before");

  tally_statement_bind_int (find, ":date", date_us);
  tally_statement_bind_int (find, ":keep", rule->n_kept);
  if (tally_statement_step (find, error) != TALLY_DB_ROW)
    return FALSE;

  *run = tally_statement_get_int (find, 0);

  return TRUE;
}

/* What is given up: of a run, or a line of history, and of which record. */
typedef struct
{
  gint64 run;
  gint64 record;
} Row;

/* Gives up a page of what is older than @until; *n: how many there were. */
typedef gboolean (*PageFunc) (TallyStore  *self,
                              gint64       until,
                              guint       *n,
                              GError     **error);

static GArray *
read_rows (TallyStatement  *list,
           GError         **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  TallyDbStep step;

  tally_statement_bind_int (list, ":limit", PAGE);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      Row row = { tally_statement_get_int (list, 0), tally_statement_get_int (list, 1) };

      g_array_append_val (rows, row);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&rows) : NULL;
}

static GArray *
list_old (TallyStore  *self,
          gint64       run,
          GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "preimage-old");

  tally_statement_bind_int (list, ":run", run);

  return read_rows (list, error);
}

static gboolean
drop_row (TallyStore  *self,
          const Row   *row,
          GError     **error)
{
  g_autoptr (TallyStatement) drop = tally_db_statement (self->db, "preimage-drop");
  g_autoptr (TallyStatement) prune = tally_db_statement (self->db, "revision-prune");

  tally_statement_bind_int (drop, ":run", row->run);
  tally_statement_bind_int (drop, ":record", row->record);
  tally_statement_bind_int (prune, ":record", row->record);

  return tally_statement_run (drop, error) && tally_statement_run (prune, error);
}

static gboolean
drop_page (TallyStore  *self,
           gint64       run,
           guint       *n,
           GError     **error)
{
  g_autoptr (GArray) rows = list_old (self, run, error);
  g_autofree char *from = g_strdup_printf ("%" G_GINT64_FORMAT, run + 1);

  if (rows == NULL)
    return FALSE;

  *n = rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      if (!drop_row (self, &g_array_index (rows, Row, i), error))
        return FALSE;
    }

  /* Whoever asks for one of those runs is told so, not that it changed nothing. */
  return *n == 0 || tally_store_set_setting (self, TALLY_STORE_UNDO_FROM, from, error);
}

static gboolean
drop_runs (TallyStore  *self,
           gint64       run,
           gint64       date_us,
           GError     **error)
{
  g_autoptr (TallyStatement) runs = tally_db_statement (self->db, "run-drop");
  g_autoptr (TallyStatement) problems = tally_db_statement (self->db, "problem-drop");

  tally_statement_bind_int (runs, ":run", run);
  tally_statement_bind_int (problems, ":date", date_us);

  return tally_statement_run (runs, error) && tally_statement_run (problems, error);
}

/* --- history --- */

static gboolean
drop_line (TallyStore  *self,
           const Row   *row,
           GError     **error)
{
  static const char * const statements[] = { "history-side-drop", "history-drop" };
  g_autoptr (TallyStatement) prune = tally_db_statement (self->db, "revision-prune");

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      g_autoptr (TallyStatement) drop = tally_db_statement (self->db, statements[i]);

      tally_statement_bind_int (drop, ":history", row->run);
      if (!tally_statement_run (drop, error))
        return FALSE;
    }
  tally_statement_bind_int (prune, ":record", row->record);

  return tally_statement_run (prune, error);
}

static gboolean
drop_history_page (TallyStore  *self,
                   gint64       date_us,
                   guint       *n,
                   GError     **error)
{
  g_autoptr (GArray) rows = NULL;
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "history-old");

  tally_statement_bind_int (list, ":date", date_us);
  rows = read_rows (list, error);
  if (rows == NULL)
    return FALSE;

  *n = rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      if (!drop_line (self, &g_array_index (rows, Row, i), error))
        return FALSE;
    }

  return TRUE;
}

/* A page after the other, each in a transaction of its own. */
static gboolean
drop_pages (TallyStore  *self,
            PageFunc     func,
            gint64       until,
            GError     **error)
{
  guint n = 1;

  while (n > 0)
    {
      if (!tally_db_begin (self->db, error))
        return FALSE;
      if (!func (self, until, &n, error) || !tally_db_commit (self->db, error))
        {
          tally_db_rollback (self->db);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * tally_store_trim:
 * @self: a store
 * @rule: how long what is kept
 * @error: %TALLY_DB_ERROR
 *
 * Pre-images, then runs and solved problems, then the history of what is settled. A clock that is
 * wrong makes it keep more, or all but the last few runs less.
 *
 * Returns: whether it is done; otherwise some of it may be
 */
gboolean
tally_store_trim (TallyStore            *self,
                  const TallyRetention  *rule,
                  GError               **error)
{
  gint64 now_us = tally_clock_date_us (self->clock);
  gint64 run_date_us = now_us - (gint64) rule->run_days * USEC_PER_DAY;
  gint64 undo_run;
  gint64 list_run;

  return find_run (self, rule, now_us - (gint64) rule->undo_days * USEC_PER_DAY, &undo_run, error) &&
         drop_pages (self, drop_page, undo_run, error) &&
         find_run (self, rule, run_date_us, &list_run, error) &&
         drop_runs (self, list_run, run_date_us, error) &&
         (rule->history_days == 0 ||
          drop_pages (self, drop_history_page,
                      now_us - (gint64) rule->history_days * USEC_PER_DAY, error));
}

/**
 * tally_store_compact:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Blocks for as long as it takes; others wait. A store that an older version made is written anew
 * once, and needs as much room again on the disk meanwhile.
 *
 * Returns: whether it is done; the store is whole either way
 */
gboolean
tally_store_compact (TallyStore  *self,
                     GError     **error)
{
  return tally_db_shrink (self->db, error);
}
