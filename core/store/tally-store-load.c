/* tally-store-load.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

/* Columns of record-by-key and record-by-id. */
enum
{
  COL_ID, COL_BASE, COL_LOCAL, COL_REMOTE,
  COL_SEQ, COL_SENT, COL_LANE, COL_REASON, COL_TRIES, COL_NEXT_TRY, COL_CLOSES, COL_KEY,
};

/* What a record row points at, as revision row ids; 0 for none. */
typedef struct
{
  gint64 base;
  gint64 local;
  gint64 remote;
  gint64 sent;
} Pointers;

static TallyRecord *
read_record_row (TallyStatement *statement,
                 Pointers       *pointers)
{
  TallyRecord *record = tally_record_new (tally_statement_get_text (statement, COL_KEY));
  TallyOutboxEntry *outbox;

  record->id = tally_statement_get_int (statement, COL_ID);
  pointers->base = tally_statement_get_int (statement, COL_BASE);
  pointers->local = tally_statement_get_int (statement, COL_LOCAL);
  pointers->remote = tally_statement_get_int (statement, COL_REMOTE);
  pointers->sent = tally_statement_get_int (statement, COL_SENT);

  if (tally_statement_is_null (statement, COL_SEQ))
    return record;

  outbox = tally_record_need_outbox (record);
  outbox->seq = tally_statement_get_int (statement, COL_SEQ);
  outbox->lane = tally_lane_from_string (tally_statement_get_text (statement, COL_LANE));
  outbox->tries = (guint) tally_statement_get_int (statement, COL_TRIES);
  outbox->next_try_us = tally_statement_get_int (statement, COL_NEXT_TRY);
  if (!tally_statement_is_null (statement, COL_REASON))
    outbox->reason = tally_reason_from_json (tally_statement_get_text (statement, COL_REASON));
  if (*tally_statement_get_text (statement, COL_CLOSES) != '\0')
    {
      g_auto (GStrv) closes = g_strsplit (tally_statement_get_text (statement, COL_CLOSES), " ", -1);

      tally_record_set_closes (record, (const char * const *) closes);
    }

  return record;
}

static int
compare_leaves (gconstpointer a,
                gconstpointer b)
{
  const TallyRevision *left = *(TallyRevision * const *) a;
  const TallyRevision *right = *(TallyRevision * const *) b;

  return tally_rev_compare_winner (right->rev, right->deleted, left->rev, left->deleted);
}

static gboolean
read_revisions (TallyStore      *self,
                TallyRecord     *record,
                const Pointers  *pointers,
                GError         **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "revision-list");
  TallyDbStep step;

  tally_statement_bind_int (statement, ":record", record->id);

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      gint64 id = tally_statement_get_int (statement, 0);
      const char *text = tally_statement_get_text (statement, 2);
      g_auto (GStrv) ancestors = *text != '\0' ? g_strsplit (text, " ", -1) : NULL;
      g_autoptr (TallyRevision) revision = NULL;

      revision = tally_revision_new (record->key,
                                     tally_statement_get_text (statement, 1),
                                     (const char * const *) ancestors,
                                     tally_statement_get_int (statement, 3) != 0,
                                     tally_statement_get_text (statement, 4),
                                     tally_statement_get_text (statement, 5));
      if (id == pointers->base)
        tally_record_set_base (record, revision);
      if (id == pointers->local)
        tally_record_set_local (record, revision);
      if (id == pointers->remote)
        tally_record_set_remote (record, revision);
      if (id == pointers->sent)
        tally_record_set_sent (record, revision);
      if (tally_statement_get_int (statement, 6) != 0)
        g_ptr_array_add (record->leaves, tally_revision_ref (revision));
    }

  g_ptr_array_sort (record->leaves, compare_leaves);

  return step == TALLY_DB_DONE;
}

static gboolean
load (TallyStore      *self,
      TallyStatement  *statement,
      TallyRecord    **record,
      GError         **error)
{
  g_autoptr (TallyRecord) loaded = NULL;
  Pointers pointers = { 0 };
  TallyDbStep step = tally_statement_step (statement, error);

  *record = NULL;
  if (step != TALLY_DB_ROW)
    return step == TALLY_DB_DONE;

  loaded = read_record_row (statement, &pointers);
  if (!read_revisions (self, loaded, &pointers, error))
    return FALSE;

  *record = g_steal_pointer (&loaded);

  return TRUE;
}

/**
 * tally_store_load:
 * @self: a store
 * @key: of the record
 * @record: (out) (transfer full) (nullable): the record, %NULL when there is none
 * @error: %TALLY_DB_ERROR
 *
 * Reads a record whole. For one consistent picture the caller has a transaction open, or reads
 * to write with compare-and-set.
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_load (TallyStore   *self,
                  const char   *key,
                  TallyRecord **record,
                  GError      **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "record-by-key");

  tally_statement_bind_text (statement, ":key", key);

  return load (self, statement, record, error);
}

/**
 * tally_store_load_id:
 * @self: a store
 * @id: surrogate key
 * @record: (out) (transfer full) (nullable): the record, %NULL when there is none
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_load_id (TallyStore   *self,
                     gint64        id,
                     TallyRecord **record,
                     GError      **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "record-by-id");

  tally_statement_bind_int (statement, ":id", id);

  return load (self, statement, record, error);
}

/**
 * tally_store_get_revision:
 * @self: a store
 * @key: of the record
 * @rev: revision id
 * @revision: (out) (transfer full) (nullable): the revision; %NULL when it is not held any more
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_revision (TallyStore     *self,
                          const char     *key,
                          const char     *rev,
                          TallyRevision **revision,
                          GError        **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "revision-by-rev");
  g_auto (GStrv) ancestors = NULL;
  TallyDbStep step;

  *revision = NULL;
  tally_statement_bind_text (statement, ":key", key);
  tally_statement_bind_text (statement, ":rev", rev);
  step = tally_statement_step (statement, error);
  if (step != TALLY_DB_ROW)
    return step == TALLY_DB_DONE;

  if (*tally_statement_get_text (statement, 1) != '\0')
    ancestors = g_strsplit (tally_statement_get_text (statement, 1), " ", -1);
  *revision = tally_revision_new (key, tally_statement_get_text (statement, 0),
                                  (const char * const *) ancestors,
                                  tally_statement_get_int (statement, 2) != 0,
                                  tally_statement_get_text (statement, 3),
                                  tally_statement_get_text (statement, 4));

  return TRUE;
}
