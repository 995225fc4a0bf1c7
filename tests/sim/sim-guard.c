/* sim-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-guard.h"

#include <sqlite3.h>

struct _TallySimGuard
{
  TallySimTrace  *trace;
  TallyGuardRule  rule;
  GHashTable     *allowed;   /* owned: collection -> how many, that were not used yet */
};

TallySimGuard *
tally_sim_guard_new (TallySimTrace        *trace,
                     const TallyGuardRule *rule)
{
  TallySimGuard *self = g_new0 (TallySimGuard, 1);

  self->trace = trace;
  self->rule = *rule;
  self->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
tally_sim_guard_free (TallySimGuard *self)
{
  g_hash_table_unref (self->allowed);
  g_free (self);
}

static guint
get_allowed (TallySimGuard *self,
             const char    *collection)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->allowed, collection));
}

void
tally_sim_guard_allow (TallySimGuard    *self,
                       const TallyGuard *guard)
{
  guint n = get_allowed (self, guard->collection) + guard->n_records;

  if (guard->side == TALLY_GUARD_SERVER)
    g_hash_table_insert (self->allowed, g_strdup (guard->collection), GUINT_TO_POINTER (n));
}

/* @n_all counts what was deleted long ago as well, so the share is never taken for too large. */
static void
judge (TallySimGuard *self,
       const char    *name,
       const char    *collection,
       guint          n,
       guint          n_all)
{
  guint n_allowed = get_allowed (self, collection);

  if (n > n_allowed && n >= self->rule.least && n * 100 > self->rule.share * n_all)
    tally_sim_trace_fail (self->trace, "%s deletes %u of %u records of “%s” unasked", name, n,
                          n_all, collection);
  g_hash_table_insert (self->allowed, g_strdup (collection),
                       GUINT_TO_POINTER (n_allowed - MIN (n, n_allowed)));
}

void
tally_sim_guard_check (TallySimGuard *self,
                       const char    *name,
                       TallySimVfs   *disk,
                       const char    *path,
                       gint64         run)
{
  static const char sql[] =
    "SELECT r.collection, count(*), "
    "(SELECT count(*) FROM record AS q WHERE q.collection = r.collection) "
    "FROM history AS h JOIN record AS r ON r.id = h.record "
    "WHERE h.event = 'deleted' AND h.run = ? GROUP BY r.collection";
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;

  if (self->rule.share == 0)
    return;

  sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, tally_sim_vfs_get_name (disk));
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK)
    sqlite3_bind_int64 (statement, 1, run);
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    judge (self, name, (const char *) sqlite3_column_text (statement, 0),
           (guint) sqlite3_column_int (statement, 1), (guint) sqlite3_column_int (statement, 2));
  sqlite3_finalize (statement);
  sqlite3_close (db);
}
