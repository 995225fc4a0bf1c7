/* tally-migration.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-db"

#include "config.h"

#include "db/tally-db-private.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

/* Migrations: the scripts NNN.sql of the schema's resource folder, applied in their order. The
 * file's user_version is the number of the last one applied; a script and its number become true
 * in one transaction, so that a script failing half-way leaves both as they were. Before an
 * existing file is changed it is copied to `PATH.backup-<version>`. */

/* The number of a migration script, 0 for any other file. */
static int
script_number (const char *name)
{
  if (strlen (name) != 7 || !g_str_has_suffix (name, ".sql"))
    return 0;

  for (int i = 0; i < 3; i++)
    if (!g_ascii_isdigit (name[i]))
      return 0;

  return atoi (name);
}

static int
newest_script (TallyDb *db)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  int newest = 0;

  names = g_resources_enumerate_children (db->sql_path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  if (names == NULL)
    g_error ("No schema %s: %s", db->sql_path, error->message);

  for (guint i = 0; names[i] != NULL; i++)
    newest = MAX (newest, script_number (names[i]));

  return newest;
}

/* Whose file it is, and whether this version may use it. Reads only. */
gboolean
tally_migration_check (TallyDb  *db,
                       GError  **error)
{
  gint64 n_pages, application, version, n_schema_changes;

  /* The application last: another connection may make the tables in between, and a file that had
   * nothing a moment ago would be somebody else's. */
  if (!tally_db_query_int (db, "PRAGMA page_count", &n_pages, error) ||
      !tally_db_query_int (db, "PRAGMA user_version", &version, error) ||
      !tally_db_query_int (db, "PRAGMA schema_version", &n_schema_changes, error) ||
      !tally_db_query_int (db, "PRAGMA application_id", &application, error))
    return FALSE;

  /* A file that got its pages but no table before the power went is as good as none. */
  if (n_pages == 0 || (application == 0 && version == 0 && n_schema_changes == 0))
    return TRUE;

  if ((guint32) application != db->application_id)
    {
      g_set_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_CORRUPT,
                   _("“%s” is not a Tallystick store but another program's database. It was left "
                     "as it is: choose another file"), db->path);
      return FALSE;
    }

  if (version > newest_script (db))
    {
      g_set_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_TOO_NEW,
                   _("“%s” was written by a newer version of Tallystick (format %d, this one knows "
                     "%d). It was left as it is: update Tallystick, or open the backup that the "
                     "newer version made beside it"), db->path, (int) version,
                   newest_script (db));
      return FALSE;
    }

  return TRUE;
}

static gboolean
back_up (TallyDb  *db,
         int       version,
         GError  **error)
{
  g_autofree char *path = g_strdup_printf ("%s.backup-%d", db->path, version);

  if (tally_db_copy (db, path, error))
    return TRUE;

  g_prefix_error (error, _("No backup could be made before the update: "));

  return FALSE;
}

static gboolean
apply_script (TallyDb  *db,
              int       number,
              GError  **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%03d.sql", db->sql_path, number);
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                            (gint32) db->application_id, number);
  g_autoptr (GError) lookup = NULL;
  g_autoptr (GBytes) script = NULL;
  g_autofree char *sql = NULL;
  gint64 version;

  script = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &lookup);
  if (script == NULL)
    g_error ("The migrations have a gap: %s", lookup->message);
  sql = g_strndup (g_bytes_get_data (script, NULL), g_bytes_get_size (script));

  if (!tally_db_begin (db, error))
    return FALSE;

  /* Some failures end the transaction: what came after would be kept half-way. */
  if (!tally_db_query_int (db, "PRAGMA user_version", &version, error))
    {
      tally_db_rollback (db);
      return FALSE;
    }

  /* Another connection of this process may have been here first. */
  if (version >= number)
    {
      tally_db_rollback (db);
      return TRUE;
    }

  if (!tally_db_execute (db, sql, error) || !tally_db_execute (db, stamp, error))
    {
      tally_db_rollback (db);
      g_prefix_error (error, _("Update %d could not be applied: "), number);
      return FALSE;
    }

  return tally_db_commit (db, error);
}

gboolean
tally_migration_run (TallyDb  *db,
                     GError  **error)
{
  int newest = newest_script (db);
  gint64 version;

  if (!tally_db_query_int (db, "PRAGMA user_version", &version, error))
    return FALSE;

  if (version > 0 && version < newest && !back_up (db, (int) version, error))
    return FALSE;

  for (int number = (int) version + 1; number <= newest; number++)
    if (!apply_script (db, number, error))
      return FALSE;

  return TRUE;
}
