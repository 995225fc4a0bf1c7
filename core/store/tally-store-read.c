/* tally-store-read.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

/**
 * tally_store_get:
 * @self: a store
 * @key: of the record
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (nullable): the record; %NULL without an error when there is none
 */
TallyRecord *
tally_store_get (TallyStore  *self,
                 const char  *key,
                 GError     **error)
{
  TallyRecord *record = NULL;

  return tally_store_load (self, key, &record, error) ? record : NULL;
}

/**
 * tally_record_row_free:
 * @self: (transfer full): a row
 */
void
tally_record_row_free (TallyRecordRow *self)
{
  g_free (self->key);
  g_free (self->collection);
  g_free (self->rev);
  g_free (self->body);
  g_free (self);
}

static char *
dup_like_pattern (const char *search)
{
  g_autoptr (GString) pattern = g_string_new ("%");

  for (const char *p = search; *p != '\0'; p++)
    {
      if (*p == '%' || *p == '_' || *p == '\\')
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *p);
    }
  g_string_append_c (pattern, '%');

  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

static void
bind_query (TallyStatement          *statement,
            const TallyRecordQuery  *query)
{
  g_autofree char *pattern = NULL;

  if (query->search != NULL && *query->search != '\0')
    pattern = dup_like_pattern (query->search);

  tally_statement_bind_text (statement, ":collection", query->collection);
  tally_statement_bind_text (statement, ":search", pattern);
  tally_statement_bind_int (statement, ":problems", query->problems_only);
}

static gboolean
count_records (TallyStore              *self,
               const TallyRecordQuery  *query,
               guint                   *n_total,
               GError                 **error)
{
  gboolean searched = query->search != NULL && *query->search != '\0';
  g_autoptr (TallyStatement) statement =
    tally_db_statement (self->db, searched ? "records-total" : "records-count");

  if (searched)
    {
      bind_query (statement, query);
    }
  else
    {
      tally_statement_bind_text (statement, ":collection", query->collection);
      tally_statement_bind_int (statement, ":problems", query->problems_only);
    }
  if (tally_statement_step (statement, error) != TALLY_DB_ROW)
    return FALSE;

  *n_total = (guint) tally_statement_get_int (statement, 0);

  return TRUE;
}

/**
 * tally_store_list_records:
 * @self: a store
 * @query: which records
 * @offset: rows to leave out
 * @limit: rows at most
 * @n_total: (out) (optional): rows of the whole query
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecordRow): a page, by the bytes of the key
 */
GPtrArray *
tally_store_list_records (TallyStore              *self,
                          const TallyRecordQuery  *query,
                          guint                    offset,
                          guint                    limit,
                          guint                   *n_total,
                          GError                 **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (TallyStatement) statement = NULL;
  TallyDbStep step;

  if (n_total != NULL && !count_records (self, query, n_total, error))
    return NULL;

  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_row_free);
  statement = tally_db_statement (self->db, "records-page");
  bind_query (statement, query);
  tally_statement_bind_int (statement, ":limit", limit);
  tally_statement_bind_int (statement, ":offset", offset);

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      TallyRecordRow *row = g_new0 (TallyRecordRow, 1);

      row->key = g_strdup (tally_statement_get_text (statement, 0));
      row->collection = g_strdup (tally_statement_get_text (statement, 1));
      row->state = (TallyRecordState) tally_statement_get_int (statement, 2);
      row->rev = g_strdup (tally_statement_get_text (statement, 3));
      row->body = g_strdup (tally_statement_get_text (statement, 4));
      g_ptr_array_add (rows, row);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&rows) : NULL;
}

/**
 * tally_store_foreach_live:
 * @self: a store
 * @func: (scope call): called with each; %FALSE with its error set ends the walk
 * @user_data: for @func
 * @error: %TALLY_DB_ERROR, or @func's own
 *
 * Walks over every record shown on this computer, by the bytes of the key.
 *
 * Returns: whether all were walked over
 */
gboolean
tally_store_foreach_live (TallyStore         *self,
                          TallyRevisionFunc   func,
                          gpointer            user_data,
                          GError            **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "live-list");
  TallyDbStep step;

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      g_autoptr (TallyRevision) revision = NULL;

      revision = tally_revision_new (tally_statement_get_text (statement, 0),
                                     tally_statement_get_text (statement, 1),
                                     NULL, FALSE,
                                     tally_statement_get_text (statement, 2),
                                     tally_statement_get_text (statement, 3));
      if (!func (revision, user_data, error))
        return FALSE;
    }

  return step == TALLY_DB_DONE;
}

/**
 * tally_collection_count_free:
 * @self: (transfer full): a row
 */
void
tally_collection_count_free (TallyCollectionCount *self)
{
  g_free (self->collection);
  g_free (self);
}

/**
 * tally_store_list_collections:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyCollectionCount): by name; "" is the database's
 */
GPtrArray *
tally_store_list_collections (TallyStore  *self,
                              GError     **error)
{
  g_autoptr (GPtrArray) rows =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_collection_count_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "collections");
  TallyDbStep step;

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      TallyCollectionCount *row = g_new0 (TallyCollectionCount, 1);

      row->collection = g_strdup (tally_statement_get_text (statement, 0));
      row->n_records = (guint) tally_statement_get_int (statement, 1);
      row->n_pending = (guint) tally_statement_get_int (statement, 2);
      row->n_conflicts = (guint) tally_statement_get_int (statement, 3);
      g_ptr_array_add (rows, row);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&rows) : NULL;
}

/**
 * tally_store_count:
 * @self: a store
 * @counts: (out caller-allocates): the numbers every screen shows
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether they could be read
 */
gboolean
tally_store_count (TallyStore        *self,
                   TallyStoreCounts  *counts,
                   GError           **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "counts");

  if (tally_statement_step (statement, error) != TALLY_DB_ROW)
    return FALSE;

  counts->n_records = (guint) tally_statement_get_int (statement, 0);
  counts->n_pending = (guint) tally_statement_get_int (statement, 1);
  counts->oldest_pending_us = tally_statement_get_int (statement, 2);
  counts->n_quarantined = (guint) tally_statement_get_int (statement, 4);
  counts->n_conflicts = (guint) tally_statement_get_int (statement, 5);
  counts->n_problems = (guint) tally_statement_get_int (statement, 6);
  counts->n_behind = (guint) tally_statement_get_int (statement, 7);
  counts->n_guarded_there = (guint) tally_statement_get_int (statement, 8);
  counts->n_guarded_here = (guint) tally_statement_get_int (statement, 9);
  counts->n_guarded_edits = (guint) tally_statement_get_int (statement, 10);
  counts->n_held = (guint) tally_statement_get_int (statement, 3) - counts->n_guarded_here -
                   counts->n_guarded_edits;

  return TRUE;
}

GPtrArray *
tally_store_load_listed (TallyStore      *self,
                         TallyStatement  *list,
                         GError         **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  TallyDbStep step;

  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      gint64 id = tally_statement_get_int (list, 0);

      g_array_append_val (ids, id);
    }
  if (step != TALLY_DB_DONE)
    return NULL;

  for (guint i = 0; i < ids->len; i++)
    {
      TallyRecord *record = NULL;

      if (!tally_store_load_id (self, g_array_index (ids, gint64, i), &record, error))
        return NULL;
      if (record != NULL)
        g_ptr_array_add (records, record);
    }

  return g_steal_pointer (&records);
}

/**
 * tally_store_list_conflicts:
 * @self: a store
 * @offset: conflicts to leave out
 * @limit: conflicts at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): open conflicts by key
 */
GPtrArray *
tally_store_list_conflicts (TallyStore  *self,
                            guint        offset,
                            guint        limit,
                            GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "conflicts-page");

  tally_statement_bind_int (list, ":limit", limit);
  tally_statement_bind_int (list, ":offset", offset);

  return tally_store_load_listed (self, list, error);
}

/**
 * tally_store_list_outbox:
 * @self: a store
 * @after: seq of the last one seen, 0 at the start
 * @date_us: only those due by then
 * @limit: records at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): sendable records in the order of their edits
 */
GPtrArray *
tally_store_list_outbox (TallyStore  *self,
                         gint64       after,
                         gint64       date_us,
                         guint        limit,
                         GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "outbox-list");

  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":date", date_us);
  tally_statement_bind_int (list, ":limit", limit);

  return tally_store_load_listed (self, list, error);
}

/**
 * tally_store_list_behind:
 * @self: a store
 * @after: the id they come after; 0: from the first on
 * @limit: records at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): records with nothing of ours at stake
 *   that the server deleted, or has a newer body of that is known here
 */
GPtrArray *
tally_store_list_behind (TallyStore  *self,
                         gint64       after,
                         guint        limit,
                         GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "behind");

  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":limit", limit);

  return tally_store_load_listed (self, list, error);
}

/**
 * tally_store_list_all:
 * @self: a store
 * @after: id of the last one seen, 0 at the start
 * @limit: records at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): records, deleted ones too, by id
 */
GPtrArray *
tally_store_list_all (TallyStore  *self,
                      gint64       after,
                      guint        limit,
                      GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "all");

  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":limit", limit);

  return tally_store_load_listed (self, list, error);
}

/**
 * tally_store_list_gaps:
 * @self: a store
 * @after: id of the last one seen, 0 at the start
 * @limit: records at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): records with a leaf whose body is not
 *   known, by id
 */
GPtrArray *
tally_store_list_gaps (TallyStore  *self,
                       gint64       after,
                       guint        limit,
                       GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "gaps");

  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":limit", limit);

  return tally_store_load_listed (self, list, error);
}
