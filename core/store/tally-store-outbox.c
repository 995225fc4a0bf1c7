/* tally-store-outbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* What a person does with the edits that wait or were set aside. */

/* Records that are read in one go. */
#define PAGE 500

void
tally_outbox_row_free (TallyOutboxRow *self)
{
  g_free (self->key);
  g_free (self->collection);
  g_clear_pointer (&self->reason, tally_reason_unref);
  g_free (self);
}

static TallyOutboxRow *
read_row (TallyStatement *statement)
{
  TallyOutboxRow *row = g_new0 (TallyOutboxRow, 1);

  row->key = g_strdup (tally_statement_get_text (statement, 0));
  row->collection = g_strdup (tally_statement_get_text (statement, 1));
  row->reason = tally_reason_from_json (tally_statement_get_text (statement, 2));
  row->n_tries = (guint) tally_statement_get_int (statement, 3);
  row->created_us = tally_statement_get_int (statement, 4);
  row->next_try_us = tally_statement_get_int (statement, 5);
  row->deleted = tally_statement_get_int (statement, 6) != 0;

  return row;
}

/**
 * tally_store_list_outbox_rows:
 * @self: a store
 * @lane: %TALLY_LANE_QUARANTINE, %TALLY_LANE_HOLD, or %TALLY_LANE_SEND for what can leave
 * @offset: rows to leave out
 * @limit: rows at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyOutboxRow): in the order of the edits
 */
GPtrArray *
tally_store_list_outbox_rows (TallyStore  *self,
                              TallyLane    lane,
                              guint        offset,
                              guint        limit,
                              GError     **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "outbox-rows");
  TallyDbStep step;

  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_outbox_row_free);
  tally_statement_bind_text (list, ":lane", tally_lane_to_string (lane));
  tally_statement_bind_int (list, ":limit", limit);
  tally_statement_bind_int (list, ":offset", offset);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    g_ptr_array_add (rows, read_row (list));

  return step == TALLY_DB_DONE ? g_steal_pointer (&rows) : NULL;
}

static gboolean
is_set_aside (const TallyRecord *record)
{
  return record != NULL && tally_record_get_state (record) == TALLY_RECORD_QUARANTINED;
}

/* --- once more --- */

static gboolean
retry (TallyStore   *self,
       TallyRecord  *record,
       GError      **error)
{
  g_autoptr (TallyRecord) after = tally_record_copy (record);
  g_autoptr (TallyDecision) decision = NULL;
  TallyOutboxEntry *outbox = tally_record_need_outbox (after);
  gboolean moved;

  outbox->lane = TALLY_LANE_SEND;
  g_clear_pointer (&outbox->reason, tally_reason_unref);
  outbox->reason = tally_reason_new (TALLY_GUARD_REASON_ALLOWED, NULL);
  outbox->tries = 0;
  outbox->next_try_us = 0;
  decision = tally_decision_new (record, after);

  return tally_store_write (self, decision, 0, &moved, error);
}

static gboolean
check_on_hold (const TallyRecord  *record,
               const char         *key,
               GError            **error)
{
  const TallyOutboxEntry *outbox = record != NULL ? record->outbox : NULL;

  if (outbox != NULL && outbox->lane == TALLY_LANE_HOLD && outbox->reason != NULL &&
      g_str_equal (outbox->reason->code, TALLY_REASON_ON_HOLD))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
               _("“%s” was not put on hold by anybody: nothing of it waits, or for another reason."),
               key);

  return FALSE;
}

static gboolean
check_set_aside (const TallyRecord  *record,
                 const char         *key,
                 GError            **error)
{
  if (is_set_aside (record))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
               _("“%s” is not set aside: nothing about it was refused, or it has moved on."), key);

  return FALSE;
}

/* What is let go: of one record, if it is so, or of all that a statement lists. */
typedef struct
{
  const char  *statement;
  gboolean  (* check) (const TallyRecord  *record,
                       const char         *key,
                       GError            **error);
} Kind;

static const Kind set_aside = { "quarantined", check_set_aside };
static const Kind on_hold = { "on-hold", check_on_hold };

static gboolean
retry_one (TallyStore  *self,
           const Kind  *kind,
           const char  *key,
           GError     **error)
{
  g_autoptr (TallyRecord) record = NULL;

  return tally_store_load (self, key, &record, error) && kind->check (record, key, error) &&
         retry (self, record, error);
}

static gboolean
retry_all (TallyStore  *self,
           const Kind  *kind,
           guint       *n,
           GError     **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (TallyStatement) list = tally_db_statement (self->db, kind->statement);
      g_autoptr (GPtrArray) records = NULL;

      tally_statement_bind_int (list, ":after", after);
      tally_statement_bind_int (list, ":limit", PAGE);
      records = tally_store_load_listed (self, list, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        {
          if (!retry (self, records->pdata[i], error))
            return FALSE;
        }
      *n += records->len;
    }
}

static gboolean
let_go (TallyStore  *self,
        const Kind  *kind,
        const char  *key,
        guint       *n,
        GError     **error)
{
  gboolean done;

  *n = key != NULL;
  if (!tally_db_begin (self->db, error))
    return FALSE;

  done = key != NULL ? retry_one (self, kind, key, error) : retry_all (self, kind, n, error);
  if (!done || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_retry:
 * @self: a store
 * @key: (nullable): of a record that was set aside; %NULL: all of them
 * @n_retried: (out): how many will be sent again
 * @error: %TALLY_STORE_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * The next run sends them once more, as they are.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_retry (TallyStore  *self,
                   const char  *key,
                   guint       *n_retried,
                   GError     **error)
{
  return let_go (self, &set_aside, key, n_retried, error);
}

/**
 * tally_store_release:
 * @self: a store
 * @key: (nullable): of a record whose edit a person put on hold; %NULL: all of them
 * @n_released: (out): how many will be sent
 * @error: %TALLY_STORE_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_release (TallyStore  *self,
                     const char  *key,
                     guint       *n_released,
                     GError     **error)
{
  return let_go (self, &on_hold, key, n_released, error);
}

/* --- no more --- */

/**
 * tally_record_discarded:
 * @record: a record that was set aside
 *
 * What is left of it when its edit is given up: what the server has. Pure.
 *
 * Returns: (transfer full): the record after it
 */
TallyRecord *
tally_record_discarded (const TallyRecord *record)
{
  TallyRecord *after = tally_record_copy (record);
  const TallyRevision *remote = record->remote;

  /* Nothing is shown of what the server would not show. */
  if (remote != NULL && remote->body == NULL && !remote->deleted)
    remote = record->base;
  tally_record_set_local (after, remote);
  tally_record_set_base (after, remote);
  tally_record_clear_outbox (after);

  return after;
}

static gboolean
discard (TallyStore   *self,
         TallyRecord  *record,
         GError      **error)
{
  g_autoptr (TallyRecord) after = tally_record_discarded (record);
  g_autoptr (TallyDecision) decision = tally_decision_new (record, after);
  gboolean moved;

  tally_decision_set_history (decision, "discarded", record->base, record->local, record->remote,
                              after->local);

  return tally_store_write (self, decision, 0, &moved, error);
}

/**
 * tally_store_discard:
 * @self: a store
 * @key: of a record that was set aside
 * @error: %TALLY_STORE_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * Gives its edit up: the record is what the server has, or is gone where it has none. The edit
 * stays in history.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_discard (TallyStore  *self,
                     const char  *key,
                     GError     **error)
{
  g_autoptr (TallyRecord) record = NULL;

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!tally_store_load (self, key, &record, error) || !check_set_aside (record, key, error) ||
      !discard (self, record, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}
