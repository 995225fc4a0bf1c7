/* tally-db-file.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-db"

#include "config.h"

#include "db/tally-db-private.h"

/* Files as SQLite's VFS sees them, for those who keep many. */

/**
 * tally_db_exists:
 * @path: a database file
 * @vfs: (nullable): name of a VFS
 *
 * Returns: whether it is there
 */
gboolean
tally_db_exists (const char *path,
                 const char *vfs)
{
  sqlite3_vfs *files = sqlite3_vfs_find (vfs);
  int exists = 0;

  return files != NULL &&
         files->xAccess (files, path, SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK && exists;
}

/**
 * tally_db_remove:
 * @path: a database file that nobody has open
 * @vfs: (nullable): name of a VFS
 * @error: %TALLY_DB_ERROR
 *
 * The file goes first: a log without one is nothing, and SQLite clears it away.
 *
 * Returns: whether it is gone
 */
gboolean
tally_db_remove (const char  *path,
                 const char  *vfs,
                 GError     **error)
{
  static const char * const sides[] = { "-wal", "-shm" };
  sqlite3_vfs *files = sqlite3_vfs_find (vfs);
  int code = files != NULL ? files->xDelete (files, path, 1) : SQLITE_ERROR;

  if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT)
    {
      g_propagate_error (error, tally_db_error_new (code, path, sqlite3_errstr (code)));
      return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autofree char *side = g_strconcat (path, sides[i], NULL);

      files->xDelete (files, side, 0);
    }

  return TRUE;
}
