/* tally-store-sync.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

#include "base/tally-planted.h"

static gboolean
write_since (TallyStore  *self,
             const char  *since,
             GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "checkpoint-since");

  tally_statement_bind_text (statement, ":name", TALLY_STORE_CHECKPOINT);
  tally_statement_bind_text (statement, ":since", since);

  return tally_statement_run (statement, error);
}

static gboolean
write_all (TallyStore  *self,
           GPtrArray   *decisions,
           const char  *since,
           gint64       run,
           GPtrArray   *moved_keys,
           GError     **error)
{
  for (guint i = 0; i < decisions->len; i++)
    {
      TallyDecision *decision = decisions->pdata[i];
      gboolean moved;

      if (!tally_store_write (self, decision, run, &moved, error))
        return FALSE;
      if (moved)
        g_ptr_array_add (moved_keys, g_strdup (decision->after->key));
    }

  return since == NULL || moved_keys->len > 0 || write_since (self, since, error);
}

/**
 * tally_store_apply:
 * @self: a store
 * @decisions: (element-type TallyDecision): what to write
 * @since: (nullable): the checkpoint that these rows reach
 * @run: id of the run
 * @moved: (out) (optional) (transfer full) (element-type utf8): records edited meanwhile
 * @error: %TALLY_DB_ERROR
 *
 * Rows and checkpoint in one transaction. With a record moved, the rest is written but the
 * checkpoint is not: decide again for those, then apply again.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_apply (TallyStore   *self,
                   GPtrArray    *decisions,
                   const char   *since,
                   gint64        run,
                   GPtrArray   **moved,
                   GError      **error)
{
  g_autoptr (GPtrArray) moved_keys = g_ptr_array_new_with_free_func (g_free);

  if (TALLY_IS_PLANTED (CHECKPOINT_FIRST) && since != NULL && !write_since (self, since, error))
    return FALSE;
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!write_all (self, decisions, since, run, moved_keys, error) ||
      !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  if (moved != NULL)
    *moved = g_steal_pointer (&moved_keys);

  return TRUE;
}

static gboolean
read_checkpoint (TallyStore  *self,
                 char       **since,
                 gint64      *session,
                 GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "checkpoint-get");
  TallyDbStep step;

  tally_statement_bind_text (statement, ":name", TALLY_STORE_CHECKPOINT);
  step = tally_statement_step (statement, error);
  *since = step == TALLY_DB_ROW ? g_strdup (tally_statement_get_text (statement, 0)) : NULL;
  *session = step == TALLY_DB_ROW ? tally_statement_get_int (statement, 1) : 0;

  return step != TALLY_DB_FAILED;
}

/**
 * tally_store_dup_since:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (nullable): the pull's checkpoint; %NULL without an error at the start
 */
char *
tally_store_dup_since (TallyStore  *self,
                       GError     **error)
{
  char *since;
  gint64 session;

  return read_checkpoint (self, &since, &session, error) ? since : NULL;
}

/**
 * tally_store_forget_since:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Makes the next pull start from the beginning, whichever run does it.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_forget_since (TallyStore  *self,
                          GError     **error)
{
  return write_since (self, NULL, error);
}

/**
 * tally_store_get_session:
 * @self: a store
 * @session: (out): the last checkpoint session the server surely has; 0: none
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_session (TallyStore  *self,
                         gint64      *session,
                         GError     **error)
{
  g_autofree char *since = NULL;

  return read_checkpoint (self, &since, session, error);
}

/**
 * tally_store_set_session:
 * @self: a store
 * @session: what the server confirmed
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_set_session (TallyStore  *self,
                         gint64       session,
                         GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "checkpoint-session");

  tally_statement_bind_text (statement, ":name", TALLY_STORE_CHECKPOINT);
  tally_statement_bind_int (statement, ":session", session);

  return tally_statement_run (statement, error);
}

static TallyRecord *
dup_marked (TallyRecord *record)
{
  TallyRecord *after = tally_record_copy (record);
  TallyOutboxEntry *outbox = tally_record_need_outbox (after);

  /* What the server's tree shows already needs no proof of arrival. */
  if (!tally_revision_is_same (after->local, after->remote) && !TALLY_IS_PLANTED (UNMARKED))
    tally_record_set_sent (after, after->local);
  outbox->tries++;
  if (outbox->reason != NULL && g_str_equal (outbox->reason->code, TALLY_REASON_WAITS_FOR))
    g_clear_pointer (&outbox->reason, tally_reason_unref);

  return after;
}

static gboolean
mark_all (TallyStore  *self,
          GPtrArray   *records,
          GPtrArray   *marked,
          GError     **error)
{
  for (guint i = 0; i < records->len; i++)
    {
      TallyRecord *record = records->pdata[i];
      g_autoptr (TallyRecord) after = dup_marked (record);
      g_autoptr (TallyDecision) decision = tally_decision_new (record, after);
      gboolean moved;

      if (!tally_store_write (self, decision, 0, &moved, error))
        return FALSE;
      if (!moved)
        g_ptr_array_add (marked, tally_record_ref (after));
    }

  return TRUE;
}

/**
 * tally_store_mark_sent:
 * @self: a store
 * @records: (inout) (element-type TallyRecord): the batch as it was read; afterwards as it
 *   stands in the store, without those that were edited meanwhile
 * @error: %TALLY_DB_ERROR
 *
 * Before a batch leaves: from here on its revisions may be on the server, so an edit on top of
 * one is its child.
 *
 * Returns: whether it is stored; otherwise nothing may leave
 */
gboolean
tally_store_mark_sent (TallyStore  *self,
                       GPtrArray   *records,
                       GError     **error)
{
  g_autoptr (GPtrArray) marked =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!mark_all (self, records, marked, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  g_ptr_array_set_size (records, 0);
  for (guint i = 0; i < marked->len; i++)
    g_ptr_array_add (records, tally_record_ref (marked->pdata[i]));

  return TRUE;
}

/* Why it waits; NULL: that is known, or somebody has said more of it. */
static TallyRecord *
dup_waiting (const TallyRecord *record,
             const char        *obstacle)
{
  const TallyReason *reason = record->outbox->reason;
  TallyRecord *after;

  if (reason != NULL && (!g_str_equal (reason->code, TALLY_REASON_WAITS_FOR) ||
                         g_strcmp0 (tally_reason_get (reason, "record"), obstacle) == 0))
    return NULL;

  after = tally_record_copy (record);
  g_clear_pointer (&after->outbox->reason, tally_reason_unref);
  after->outbox->reason = tally_reason_new (TALLY_REASON_WAITS_FOR, "record", obstacle, NULL);

  return after;
}

static gboolean
note_one (TallyStore  *self,
          const char  *key,
          const char  *obstacle,
          GError     **error)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyDecision) decision = NULL;
  gboolean moved;

  if (!tally_store_load (self, key, &record, error))
    return FALSE;
  if (record != NULL && tally_record_is_sendable (record))
    after = dup_waiting (record, obstacle);
  if (after == NULL)
    return TRUE;

  decision = tally_decision_new (record, after);

  return tally_store_write (self, decision, 0, &moved, error);
}

static gboolean
note_all (TallyStore  *self,
          GHashTable  *waiting,
          GError     **error)
{
  GHashTableIter iter;
  gpointer key, obstacle;

  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, &key, &obstacle))
    {
      if (!note_one (self, key, obstacle, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_note_waiting:
 * @self: a store
 * @waiting: ids of records whose edits wait, and of the record that each waits for
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_note_waiting (TallyStore  *self,
                          GHashTable  *waiting,
                          GError     **error)
{
  if (g_hash_table_size (waiting) == 0)
    return TRUE;
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!note_all (self, waiting, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/* Either the record's own edit was refused, or a tombstone of a settlement that has nothing else
 * left to send. */
static gboolean
is_refused (const TallyRecord *record,
            const char        *rev)
{
  if (record == NULL || record->outbox == NULL || record->local == NULL)
    return FALSE;

  return g_strcmp0 (record->local->rev, rev) == 0 ||
         (record->outbox->closes[0] != NULL &&
          tally_revision_is_same (record->local, record->remote));
}

static gboolean
quarantine (TallyStore         *self,
            const char         *key,
            const char         *rev,
            const TallyReason  *reason,
            gboolean           *set_aside,
            GError            **error)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyDecision) decision = NULL;
  TallyOutboxEntry *outbox;
  gboolean moved;

  if (!tally_store_load (self, key, &record, error))
    return FALSE;
  *set_aside = is_refused (record, rev);
  if (!*set_aside)
    return TRUE;

  after = tally_record_copy (record);
  outbox = tally_record_need_outbox (after);
  outbox->lane = TALLY_LANE_QUARANTINE;
  g_clear_pointer (&outbox->reason, tally_reason_unref);
  outbox->reason = tally_reason_ref (reason);
  decision = tally_decision_new (record, after);
  decision->problem = tally_reason_ref (reason);

  return tally_store_write (self, decision, 0, &moved, error);
}

/**
 * tally_store_quarantine:
 * @self: a store
 * @key: of the record
 * @rev: what was refused
 * @reason: why
 * @set_aside: (out): whether it was: a record that moved on stays in its lane
 * @error: %TALLY_DB_ERROR
 *
 * Sets a refused edit aside with its reason, so that its neighbours go on. A record edited
 * meanwhile stays in its lane: the new edit is another question to the server.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_quarantine (TallyStore         *self,
                        const char         *key,
                        const char         *rev,
                        const TallyReason  *reason,
                        gboolean           *set_aside,
                        GError            **error)
{
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!quarantine (self, key, rev, reason, set_aside, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_open_problem:
 * @self: a store
 * @key: the document's id as JSON text
 * @reason: why it can't be a record
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_open_problem (TallyStore         *self,
                          const char         *key,
                          const TallyReason  *reason,
                          GError            **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "problem-open-key");
  g_autofree char *json = tally_reason_to_json (reason);

  tally_statement_bind_text (statement, ":key", key);
  tally_statement_bind_text (statement, ":reason", json);
  tally_statement_bind_int (statement, ":opened", tally_clock_date_us (self->clock));

  return tally_statement_run (statement, error);
}

/**
 * tally_store_solve_problems:
 * @self: a store
 * @code: (nullable): only those of this reason
 * @error: %TALLY_DB_ERROR
 *
 * Closes the rows of tally_store_open_problem(), for a run that finds out anew.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_solve_problems (TallyStore  *self,
                            const char  *code,
                            GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "problem-solve-keys");

  tally_statement_bind_int (statement, ":solved", tally_clock_date_us (self->clock));
  tally_statement_bind_text (statement, ":code", code);

  return tally_statement_run (statement, error);
}
