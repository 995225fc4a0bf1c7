/* tally-store-check.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* Records that are looked at in one go. */
#define PAGE 500

static char *
describe (const char *code,
          const char *key)
{
  if (g_str_equal (code, "pointer"))
    return g_strdup_printf (_("“%s” points at a revision that is not there"), key);
  if (g_str_equal (code, "outbox"))
    return g_strdup_printf (_("the edit of “%s” that waits is not there"), key);
  if (g_str_equal (code, "preimage"))
    return g_strdup_printf (_("what “%s” was before a run is not there"), key);
  if (g_str_equal (code, "unused"))
    return g_strdup_printf (_("“%s” has a revision that nothing needs"), key);

  return g_strdup_printf (_("the state kept of “%s” is not the one that follows from its revisions"),
                          key);
}

static gboolean
check_rows (TallyStore  *self,
            GPtrArray   *complaints,
            GError     **error)
{
  g_autoptr (TallyStatement) check = tally_db_statement (self->db, "check");
  TallyDbStep step;

  while ((step = tally_statement_step (check, error)) == TALLY_DB_ROW)
    g_ptr_array_add (complaints, describe (tally_statement_get_text (check, 0),
                                           tally_statement_get_text (check, 1)));

  return step == TALLY_DB_DONE;
}

static gboolean
check_derived (TallyStore         *self,
               const TallyRecord  *record,
               GPtrArray          *complaints,
               GError            **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "derived");
  TallyDbStep step;

  tally_statement_bind_int (get, ":id", record->id);
  step = tally_statement_step (get, error);
  if (step != TALLY_DB_ROW)
    return step == TALLY_DB_DONE;

  if (tally_statement_get_int (get, 0) != tally_record_get_state (record) ||
      tally_statement_get_int (get, 1) != tally_record_is_live (record) ||
      tally_statement_get_int (get, 2) != tally_record_is_sendable (record))
    g_ptr_array_add (complaints, describe ("derived", record->key));

  return TRUE;
}

static gboolean
check_records (TallyStore  *self,
               GPtrArray   *complaints,
               GError     **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = tally_store_list_all (self, after, PAGE, error);

      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        {
          if (!check_derived (self, records->pdata[i], complaints, error))
            return FALSE;
        }
    }
}

/**
 * tally_store_check:
 * @self: a store
 * @error: %TALLY_DB_ERROR: it can't even be read
 *
 * Reads the whole file as it stands when it begins: its pages and keys, what the tables say of each other,
 * and whether each record's state is the one that follows from its revisions.
 *
 * Returns: (transfer full) (element-type utf8): what is wrong, in words; empty: nothing
 */
GPtrArray *
tally_store_check (TallyStore  *self,
                   GError     **error)
{
  g_autoptr (GPtrArray) complaints = g_ptr_array_new_with_free_func (g_free);
  gboolean checked;

  if (!tally_db_begin_read (self->db, error))
    return NULL;

  checked = tally_db_check (self->db, complaints, error) && check_rows (self, complaints, error) &&
            check_records (self, complaints, error);
  tally_db_rollback (self->db);

  return checked ? g_steal_pointer (&complaints) : NULL;
}

/**
 * tally_store_get_date:
 * @self: a store
 *
 * Returns: now, µs since 1970, by the clock that dates its rows
 */
gint64
tally_store_get_date (TallyStore *self)
{
  return tally_clock_date_us (self->clock);
}

/**
 * tally_store_get_path:
 * @self: a store
 *
 * Returns: the file's name as it was given
 */
const char *
tally_store_get_path (TallyStore *self)
{
  return tally_db_get_path (self->db);
}

/**
 * tally_store_get_facts:
 * @self: a store
 * @facts: (out caller-allocates): how much there is of what
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_facts (TallyStore       *self,
                       TallyStoreFacts  *facts,
                       GError          **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "facts");

  if (!tally_db_get_size (self->db, &facts->bytes, &facts->free_bytes, error) ||
      tally_statement_step (get, error) != TALLY_DB_ROW)
    return FALSE;

  facts->n_records = (guint) tally_statement_get_int (get, 0);
  facts->n_revisions = (guint) tally_statement_get_int (get, 1);
  facts->n_history = (guint) tally_statement_get_int (get, 2);
  facts->n_runs = (guint) tally_statement_get_int (get, 3);
  facts->n_preimages = (guint) tally_statement_get_int (get, 4);
  facts->undo_from = tally_statement_get_int (get, 5);

  return TRUE;
}

/**
 * tally_store_back_up:
 * @self: a store
 * @path: a file, which is made or overwritten
 * @error: %TALLY_DB_ERROR
 *
 * Opened on another computer the copy is a device of its own; opened here it is this one as it
 * was, and the server gives it what it missed.
 *
 * Returns: whether a whole copy stands at @path
 */
gboolean
tally_store_back_up (TallyStore  *self,
                     const char  *path,
                     GError     **error)
{
  return tally_db_copy (self->db, path, error);
}
