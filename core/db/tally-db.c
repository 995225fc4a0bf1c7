/* tally-db.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-db"

#include "config.h"

#include "base/tally-planted.h"
#include "db/tally-db-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/**
 * TallyDb:
 *
 * The one door to SQLite: opens a file with the rights, pragmas and schema ours must have, and
 * hands out prepared statements by name. It knows nothing of what the tables mean.
 *
 * Confined to the thread that opened it. Every failure is a %TALLY_DB_ERROR that names the file
 * and carries SQLite's own words; a file that cannot be used is left as it was found.
 */

/* How long a statement waits for another process's write, milliseconds. Ours are short; whoever
 * holds the file for longer than this is a backup or a stuck process, and the user should hear
 * of it. */
#define BUSY_TIMEOUT_MS 5000
#define LOG_WAIT_MS 20

/* Memory may be short for a moment. */
#define ROLLBACK_TRIES 3

G_DEFINE_QUARK (tally-db-error-quark, tally_db_error)

GError *
tally_db_error_new (int         code,
                    const char *path,
                    const char *words)
{
  switch (code & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_CORRUPT,
                          _("“%s” is damaged or is no database (%s). It was not repaired or "
                            "overwritten: put a backup in its place, or move it away to start "
                            "with an empty one"), path, words);

    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_READ_ONLY,
                          _("“%s” cannot be written (%s). Make the file and its folder writable "
                            "for you, or choose another place"), path, words);

    case SQLITE_FULL:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_FULL,
                          _("The disk is full, “%s” cannot grow (%s). Free some space and try "
                            "again"), path, words);

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_BUSY,
                          _("Another program is using “%s” (%s). Try again when it has finished"),
                          path, words);

    case SQLITE_CONSTRAINT:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_CONSTRAINT,
                          _("“%s” refused a change (%s)"), path, words);

    default:
      return g_error_new (TALLY_DB_ERROR, TALLY_DB_ERROR_FAILED,
                          _("“%s” failed (%s)"), path, words);
    }
}

gboolean
tally_db_is_open_thread (TallyDb *self)
{
  return self->thread == g_thread_self ();
}

/* SQLite says the same of a full disk, where the system has refused a write. */
static gboolean
is_at_limit (TallyDb *self)
{
  return self->max_pages != 0 && sqlite3_system_errno (self->handle) != ENOSPC;
}

gboolean
tally_db_fail (TallyDb     *self,
               int          code,
               const char  *words,
               GError     **error)
{
  if ((code & 0xff) == SQLITE_FULL && is_at_limit (self))
    {
      g_set_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_LIMIT,
                   _("“%s” has reached the size that was set for it. Allow more with “tallyctl store "
                     "--max-bytes”, or keep less of the past"), self->path);
      return FALSE;
    }
  if (words == NULL)
    words = self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (code);

  g_propagate_error (error, tally_db_error_new (code, self->path, words));
  return FALSE;
}

gboolean
tally_db_execute (TallyDb     *self,
                  const char  *sql,
                  GError     **error)
{
  int code = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || tally_db_fail (self, code, NULL, error);
}

gboolean
tally_db_query_int (TallyDb     *self,
                    const char  *sql,
                    gint64      *value,
                    GError     **error)
{
  sqlite3_stmt *statement = NULL;
  int code;

  *value = 0;
  code = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *value = sqlite3_column_int64 (statement, 0);

  if (code != SQLITE_ROW && code != SQLITE_DONE)
    tally_db_fail (self, code, NULL, error);
  sqlite3_finalize (statement);

  return code == SQLITE_ROW || code == SQLITE_DONE;
}

gboolean
tally_db_create_file (const char  *path,
                      GError     **error)
{
  int code = SQLITE_IOERR;
  int fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    {
      close (fd);
      return TRUE;
    }

  if (errno == EEXIST)
    return TRUE;

  if (errno == EACCES || errno == EPERM || errno == EROFS)
    code = SQLITE_READONLY;
  else if (errno == ENOSPC || errno == EDQUOT)
    code = SQLITE_FULL;

  g_propagate_error (error, tally_db_error_new (code, path, g_strerror (errno)));
  return FALSE;
}

/* A named VFS has its own idea of files: only the machine's own needs folders and rights. */
static gboolean
prepare_file (TallyDb  *self,
              GError  **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (self->vfs != NULL)
    return TRUE;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      int code = errno == EACCES || errno == EPERM || errno == EROFS ? SQLITE_READONLY
                                                                     : SQLITE_CANTOPEN;

      g_propagate_error (error, tally_db_error_new (code, folder, g_strerror (errno)));
      return FALSE;
    }

  return tally_db_create_file (self->path, error);
}

/* The change of a new file's journal does not wait for others by itself, as all else does. */
static gboolean
enter_log_mode (TallyDb  *self,
                GError  **error)
{
  static const char pragma[] = "PRAGMA journal_mode = WAL";

  for (int waited_ms = 0;; waited_ms += LOG_WAIT_MS)
    {
      int code = sqlite3_exec (self->handle, pragma, NULL, NULL, NULL);

      if ((code & 0xff) != SQLITE_BUSY || waited_ms >= BUSY_TIMEOUT_MS)
        return code == SQLITE_OK || tally_db_fail (self, code, NULL, error);
      sqlite3_sleep (LOG_WAIT_MS);
    }
}

static gboolean
apply_pragmas (TallyDb  *self,
               GError  **error)
{
  static const char pragmas[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;";

  /* Only a file without tables takes it: an older one has to be written anew, see
   * tally_db_shrink(). */
  if (!tally_db_execute (self, "PRAGMA auto_vacuum = INCREMENTAL", error) ||
      !enter_log_mode (self, error) || !tally_db_execute (self, pragmas, error))
    return FALSE;

  if (TALLY_IS_PLANTED (LAZY_SYNC) && g_str_has_suffix (self->path, "store.db") &&
      !tally_db_execute (self, "PRAGMA synchronous = NORMAL", error))
    return FALSE;

  return !TALLY_IS_PLANTED (UNSYNCED) || tally_db_execute (self, "PRAGMA synchronous = OFF", error);
}

/* A refused file must stay as it is: the last connection to close would copy what an interrupted
 * writer left in the log into it. Without such a log nothing needs keeping, and closing clears
 * the two side files that looking at it has made. */
static void
leave_untouched (TallyDb  *self,
                 gboolean  had_log)
{
  if (had_log)
    sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static gboolean
has_log (TallyDb *self)
{
  g_autofree char *log = g_strconcat (self->path, "-wal", NULL);
  GStatBuf info;

  return self->vfs == NULL && g_stat (log, &info) == 0 && info.st_size > 0;
}

static gboolean
open_handle (TallyDb  *self,
             GError  **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
              SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2 (self->path, &self->handle, flags, self->vfs);

  if (code != SQLITE_OK)
    return tally_db_fail (self, code, NULL, error);

  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);

  /* SQLite opens a file it may not write for reading, and says nothing. */
  if (sqlite3_db_readonly (self->handle, "main") == 1)
    return tally_db_fail (self, SQLITE_READONLY, sqlite3_errstr (SQLITE_READONLY), error);

  return TRUE;
}

/**
 * tally_db_open:
 * @options: which file, whose schema
 * @error: %TALLY_DB_ERROR
 *
 * Opens the file, makes it (0600) if there is none, and brings it to the newest migration; an
 * existing one is copied to `PATH.backup-<its version>` first. Blocks.
 *
 * Returns: (transfer full): the open database, confined to this thread
 */
TallyDb *
tally_db_open (const TallyDbOptions  *options,
               GError               **error)
{
  g_autoptr (TallyDb) self = g_new0 (TallyDb, 1);
  gboolean had_log;

  self->path = g_strdup (options->path);
  self->sql_path = g_strdup (options->sql_path);
  self->vfs = g_strdup (options->vfs);
  self->application_id = options->application_id;
  self->thread = g_thread_self ();
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                            (GDestroyNotify) tally_statement_free);
  if (g_str_has_suffix (self->sql_path, "/"))
    self->sql_path[strlen (self->sql_path) - 1] = '\0';

  had_log = has_log (self);
  if (!prepare_file (self, error) || !open_handle (self, error))
    return NULL;

  if (!tally_migration_check (self, error))
    {
      leave_untouched (self, had_log);
      return NULL;
    }

  if (!apply_pragmas (self, error) || !tally_migration_run (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * tally_db_close:
 * @self: (transfer full): a database with no statement lent out
 *
 * What was not committed is gone.
 */
void
tally_db_close (TallyDb *self)
{
  g_assert (tally_db_is_open_thread (self));

  g_hash_table_unref (self->statements);
  sqlite3_finalize (self->begin);
  sqlite3_finalize (self->commit);
  sqlite3_close (self->handle);
  g_free (self->vfs);
  g_free (self->sql_path);
  g_free (self->path);
  g_free (self);
}

/**
 * tally_db_get_path:
 * @self: a database
 *
 * Returns: the file's name as it was given
 */
const char *
tally_db_get_path (TallyDb *self)
{
  return self->path;
}

/* Like tally_db_execute(), for what every change begins and ends with: read once. */
static gboolean
run_kept (TallyDb       *self,
          sqlite3_stmt **kept,
          const char    *sql,
          GError       **error)
{
  int code = SQLITE_OK;

  if (*kept == NULL)
    code = sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step (*kept);
  if (code != SQLITE_OK && code != SQLITE_DONE)
    tally_db_fail (self, code, NULL, error);
  sqlite3_reset (*kept);

  return code == SQLITE_DONE;
}

/**
 * tally_db_begin:
 * @self: a database outside a transaction
 * @error: %TALLY_DB_ERROR_BUSY and the others
 *
 * Starts a transaction that may write; waits up to five seconds for another writer.
 *
 * Returns: whether it began
 */
gboolean
tally_db_begin (TallyDb  *self,
                GError  **error)
{
  g_assert (tally_db_is_open_thread (self));
  g_assert (self->lingers || sqlite3_get_autocommit (self->handle));

  return tally_db_finish_rollback (self, error) &&
         run_kept (self, &self->begin, "BEGIN IMMEDIATE", error);
}

/**
 * tally_db_begin_read:
 * @self: a database outside a transaction
 * @error: %TALLY_DB_ERROR
 *
 * Starts a transaction that only reads: from its first query on it sees the file as it stood then,
 * while others go on writing. Ended by tally_db_rollback().
 *
 * Returns: whether it began
 */
gboolean
tally_db_begin_read (TallyDb  *self,
                     GError  **error)
{
  g_assert (tally_db_is_open_thread (self));
  g_assert (self->lingers || sqlite3_get_autocommit (self->handle));

  return tally_db_finish_rollback (self, error) && tally_db_execute (self, "BEGIN", error);
}

/**
 * tally_db_commit:
 * @self: a database inside a transaction
 * @error: %TALLY_DB_ERROR
 *
 * On return the change is on the disk. A commit that failed has been rolled back.
 *
 * Returns: whether the change is kept
 */
gboolean
tally_db_commit (TallyDb  *self,
                 GError  **error)
{
  g_assert (tally_db_is_open_thread (self));

  if (run_kept (self, &self->commit, "COMMIT", error))
    return TRUE;

  tally_db_rollback (self);
  return FALSE;
}

/**
 * tally_db_rollback:
 * @self: a database
 *
 * Forgets what the transaction did. Harmless outside one: some of SQLite's errors have rolled
 * back already when they are reported. Where there is no memory even for that, the next step or
 * begin does it, or fails.
 */
void
tally_db_rollback (TallyDb *self)
{
  g_assert (tally_db_is_open_thread (self));

  /* Not left for later without need: until it is done nobody else can write. */
  for (guint i = 0; i < ROLLBACK_TRIES && !sqlite3_get_autocommit (self->handle); i++)
    sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
  self->lingers = !sqlite3_get_autocommit (self->handle);
}

/* Whoever went on in a transaction that is over would see what was refused, and lose what he
 * writes. */
gboolean
tally_db_finish_rollback (TallyDb  *self,
                          GError  **error)
{
  if (!self->lingers)
    return TRUE;

  tally_db_rollback (self);

  return !self->lingers || tally_db_fail (self, sqlite3_errcode (self->handle), NULL, error);
}

/**
 * tally_db_statement:
 * @self: a database
 * @name: the query's file without ".sql"
 *
 * Returns: (transfer full): the prepared query, to be given back with
 *   tally_statement_release(); kept for the next caller
 */
TallyStatement *
tally_db_statement (TallyDb    *self,
                    const char *name)
{
  TallyStatement *statement;

  g_assert (tally_db_is_open_thread (self));

  statement = g_hash_table_lookup (self->statements, name);
  if (statement == NULL)
    {
      statement = tally_statement_new (self, name);
      g_hash_table_insert (self->statements, statement->name, statement);
    }

  tally_statement_borrow (statement);

  return statement;
}

/**
 * tally_db_last_insert_id:
 * @self: a database
 *
 * Returns: the integer key of the row inserted last
 */
gint64
tally_db_last_insert_id (TallyDb *self)
{
  g_assert (tally_db_is_open_thread (self));

  return sqlite3_last_insert_rowid (self->handle);
}

/**
 * tally_db_changes:
 * @self: a database
 *
 * Returns: how many rows the last INSERT, UPDATE or DELETE changed
 */
int
tally_db_changes (TallyDb *self)
{
  g_assert (tally_db_is_open_thread (self));

  return sqlite3_changes (self->handle);
}
