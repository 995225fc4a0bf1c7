/* tally-db-care.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-db"

#include "config.h"

#include "db/tally-db-private.h"

#include <glib/gi18n-lib.h>
#include <sqlite3.h>

/* What a file needs now and then: a copy, a check, and to give back what it does not use. */

static gboolean
copy_pages (TallyDb  *self,
            sqlite3  *target,
            GError  **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (target, "main", self->handle, "main");
  int code;

  if (backup == NULL)
    return tally_db_fail (self, sqlite3_extended_errcode (target), sqlite3_errmsg (target), error);

  /* A busy file is told by the step alone: finishing calls that no error. */
  code = sqlite3_backup_step (backup, -1);
  sqlite3_backup_finish (backup);

  return code == SQLITE_DONE || tally_db_fail (self, code, sqlite3_errstr (code), error);
}

/**
 * tally_db_copy:
 * @self: a database outside a transaction
 * @path: a file, which is made (0600) or overwritten
 * @error: %TALLY_DB_ERROR
 *
 * Writes everything that is committed when it begins into another file; others go on meanwhile.
 *
 * Returns: whether the copy is whole and on the disk
 */
gboolean
tally_db_copy (TallyDb     *self,
               const char  *path,
               GError     **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
  sqlite3 *target = NULL;
  gboolean copied;
  int code;

  g_assert (tally_db_is_open_thread (self));

  if (self->vfs == NULL && !tally_db_create_file (path, error))
    return FALSE;

  code = sqlite3_open_v2 (path, &target, flags, self->vfs);
  copied = code == SQLITE_OK ? copy_pages (self, target, error)
                             : tally_db_fail (self, code, sqlite3_errstr (code), error);
  sqlite3_close (target);

  return copied;
}

/* A row of foreign_key_check: table, row, parent, which key. */
static char *
describe_key (sqlite3_stmt *statement)
{
  return g_strdup_printf (_("a row of %s points at nothing in %s"),
                          (const char *) sqlite3_column_text (statement, 0),
                          (const char *) sqlite3_column_text (statement, 2));
}

static gboolean
collect (TallyDb     *self,
         const char  *sql,
         GPtrArray   *complaints,
         GError     **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);

  if (code == SQLITE_OK)
    while ((code = sqlite3_step (statement)) == SQLITE_ROW)
      {
        const char *text = (const char *) sqlite3_column_text (statement, 0);

        if (sqlite3_column_count (statement) > 1)
          g_ptr_array_add (complaints, describe_key (statement));
        else if (g_strcmp0 (text, "ok") != 0)
          g_ptr_array_add (complaints, g_strdup (text));
      }
  sqlite3_finalize (statement);

  return code == SQLITE_DONE || tally_db_fail (self, code, sqlite3_errmsg (self->handle), error);
}

/**
 * tally_db_check:
 * @self: a database
 * @complaints: (element-type utf8): SQLite's own words for what is wrong with the file are added
 * @error: %TALLY_DB_ERROR
 *
 * Reads every page and every key. A damaged file is no error but a complaint, unless it can't even
 * be read.
 *
 * Returns: whether it could be checked
 */
gboolean
tally_db_check (TallyDb    *self,
                GPtrArray  *complaints,
                GError    **error)
{
  g_assert (tally_db_is_open_thread (self));

  return collect (self, "PRAGMA integrity_check", complaints, error) &&
         collect (self, "PRAGMA foreign_key_check", complaints, error);
}

/**
 * tally_db_get_size:
 * @self: a database
 * @bytes: (out): of the file without its log
 * @free_bytes: (out): of them not in use
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_db_get_size (TallyDb  *self,
                   gint64   *bytes,
                   gint64   *free_bytes,
                   GError  **error)
{
  gint64 page_size;

  g_assert (tally_db_is_open_thread (self));

  if (!tally_db_query_int (self, "PRAGMA page_size", &page_size, error) ||
      !tally_db_query_int (self, "PRAGMA page_count", bytes, error) ||
      !tally_db_query_int (self, "PRAGMA freelist_count", free_bytes, error))
    return FALSE;

  *bytes *= page_size;
  *free_bytes *= page_size;

  return TRUE;
}

/**
 * tally_db_set_limit:
 * @self: a database
 * @bytes: that the file may become; 0: no limit
 * @error: as tally_db_open()
 *
 * From now on what would make the file larger fails with %TALLY_DB_ERROR_LIMIT on this connection,
 * and nothing of it is written.
 *
 * Returns: whether it holds
 */
gboolean
tally_db_set_limit (TallyDb  *self,
                    gint64    bytes,
                    GError  **error)
{
  g_autofree char *pragma = NULL;
  gint64 page_size;
  gint64 set;

  g_assert (tally_db_is_open_thread (self));

  if (bytes == 0 && self->max_pages == 0)
    return TRUE;
  if (!tally_db_query_int (self, "PRAGMA page_size", &page_size, error))
    return FALSE;
  if (self->max_pages == bytes / page_size)
    return TRUE;

  /* SQLite's own largest number of pages. */
  pragma = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT,
                            bytes == 0 ? G_GINT64_CONSTANT (4294967294) : bytes / page_size);
  if (!tally_db_query_int (self, pragma, &set, error))
    return FALSE;

  self->max_pages = bytes == 0 ? 0 : bytes / page_size;

  return TRUE;
}

/**
 * tally_db_shrink:
 * @self: a database outside a transaction
 * @error: %TALLY_DB_ERROR
 *
 * Gives back to the disk what the file does not use. A file of an older version is written anew
 * once, which takes as much room again while it lasts.
 *
 * Returns: whether it is done
 */
gboolean
tally_db_shrink (TallyDb  *self,
                 GError  **error)
{
  gint64 mode;

  g_assert (tally_db_is_open_thread (self));

  /* 2: incremental, as apply_pragmas() of tally-db.c asks of a new file. */
  return tally_db_query_int (self, "PRAGMA auto_vacuum", &mode, error) &&
         tally_db_execute (self, mode == 2 ? "PRAGMA incremental_vacuum" : "VACUUM", error) &&
         tally_db_execute (self, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}
