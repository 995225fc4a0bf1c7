/* tally-db-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "db/tally-db.h"

#include <sqlite3.h>

G_BEGIN_DECLS

struct _TallyDb
{
  char       *path;         /* owned */
  char       *sql_path;     /* owned: resource folder, no slash at the end */
  char       *vfs;          /* owned, nullable */
  guint32     application_id;

  sqlite3    *handle;       /* owned */
  gint64      max_pages;    /* that were set for the file; 0: none */
  GHashTable *statements;   /* owned: name -> TallyStatement */
  sqlite3_stmt *begin;      /* owned, nullable until it is needed, like the next */
  sqlite3_stmt *commit;
  GThread    *thread;       /* the only one that may use it */
  gboolean    lingers;      /* a transaction that is over, but could not be rolled back yet */
};

struct _TallyStatement
{
  TallyDb      *db;         /* unowned: the cache it sits in */
  char         *name;       /* owned */
  sqlite3_stmt *handle;     /* owned; NULL when preparing failed for no fault of the query */
  int           failure;    /* SQLite's code, where preparing or a bind failed: for the step */
  char         *failure_words; /* owned, nullable */
  gboolean      borrowed;
};

/* The error for one of SQLite's result codes. */
GError         *tally_db_error_new     (int               code,
                                        const char       *path,
                                        const char       *words) G_GNUC_WARN_UNUSED_RESULT;
/* Sets @error from SQLite's result code; always returns %FALSE. */
gboolean        tally_db_fail          (TallyDb          *self,
                                        int               code,
                                        const char       *words,
                                        GError          **error);
gboolean        tally_db_execute       (TallyDb          *self,
                                        const char       *sql,
                                        GError          **error);
/* The first column of the first row of a PRAGMA. */
gboolean        tally_db_query_int     (TallyDb          *self,
                                        const char       *sql,
                                        gint64           *value,
                                        GError          **error);
/* Makes an empty file 0600, so that SQLite never makes one with the umask's rights. */
gboolean        tally_db_create_file   (const char       *path,
                                        GError          **error);
gboolean        tally_db_is_open_thread(TallyDb          *self);
/* Before anything else is done: no transaction that is over may still be open. */
gboolean        tally_db_finish_rollback (TallyDb        *self,
                                        GError          **error);

TallyStatement *tally_statement_new    (TallyDb          *db,
                                        const char       *name) G_GNUC_WARN_UNUSED_RESULT;
void            tally_statement_free   (TallyStatement   *self);
/* Lends it out. */
void            tally_statement_borrow (TallyStatement   *self);

/* Whether the file is ours and not from the future. Reads only. */
gboolean        tally_migration_check  (TallyDb          *db,
                                        GError          **error);
/* Brings the open file to the newest migration; see tally-migration.c. */
gboolean        tally_migration_run    (TallyDb          *db,
                                        GError          **error);

G_END_DECLS
