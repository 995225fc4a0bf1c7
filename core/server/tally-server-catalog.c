/* tally-server-catalog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-catalog.h"

#include "server/tally-server-error.h"

#include <string.h>

#define FILE_SUFFIX ".db"

/* CouchDB's limit for a name. */
#define MAX_NAME_LENGTH 238

struct _TallyServerCatalog
{
  char       *folder;   /* owned */
  char       *vfs;      /* owned, nullable */

  GHashTable *open;     /* owned: name -> TallyServerDatabase */
};

/**
 * tally_server_catalog_new:
 * @folder: where the files are
 * @vfs: (nullable): SQLite VFS they are in; then only the open ones can be listed
 *
 * Returns: (transfer full): a catalog
 */
TallyServerCatalog *
tally_server_catalog_new (const char *folder,
                          const char *vfs)
{
  TallyServerCatalog *self = g_new0 (TallyServerCatalog, 1);

  self->folder = g_strdup (folder);
  self->vfs = g_strdup (vfs);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);

  return self;
}

/**
 * tally_server_catalog_free:
 * @self: (transfer full): a catalog
 *
 * Closes every database, also under those who still hold one.
 */
void
tally_server_catalog_free (TallyServerCatalog *self)
{
  GHashTableIter iter;
  gpointer database;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &database))
    tally_server_database_close (database);

  g_hash_table_unref (self->open);
  g_free (self->vfs);
  g_free (self->folder);
  g_free (self);
}

/* CouchDB's rule: a lower-case letter, then lower-case letters, digits and _ $ ( ) + - / */
static gboolean
is_legal (const char *name)
{
  return g_ascii_islower (name[0]) && strlen (name) <= MAX_NAME_LENGTH &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_$()+-/") == strlen (name);
}

/* A slash may stand in a database's name but not in a file's; a dot the other way round. */
static char *
dup_path (TallyServerCatalog *self,
          const char         *name)
{
  g_autofree char *file = g_strconcat (name, FILE_SUFFIX, NULL);

  for (char *at = file; at < file + strlen (name); at++)
    if (*at == '/')
      *at = '.';

  return g_build_filename (self->folder, file, NULL);
}

static gboolean
exists (TallyServerCatalog *self,
        const char         *name)
{
  g_autofree char *path = dup_path (self, name);

  return is_legal (name) && tally_db_exists (path, self->vfs);
}

static gboolean
refuse_missing (GError **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND,
                       "Database does not exist.");
  return FALSE;
}

static TallyServerDatabase *
open_database (TallyServerCatalog  *self,
               const char          *name,
               const char          *uuid,
               gint64               created,
               GError             **error)
{
  g_autofree char *path = dup_path (self, name);
  TallyServerDatabase *database;

  database = tally_server_database_open (name, path, self->vfs, uuid, created, error);
  if (database != NULL)
    g_hash_table_insert (self->open, g_strdup (name), database);

  return database;
}

/**
 * tally_server_catalog_get:
 * @self: a catalog
 * @name: a database
 * @error: %TALLY_SERVER_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * Returns: (transfer none): the open database
 */
TallyServerDatabase *
tally_server_catalog_get (TallyServerCatalog  *self,
                          const char          *name,
                          GError             **error)
{
  TallyServerDatabase *database = g_hash_table_lookup (self->open, name);

  if (database != NULL)
    return database;

  if (!exists (self, name))
    {
      refuse_missing (error);
      return NULL;
    }

  /* A file that was made but got no identity before the power went is as good as new. */
  return open_database (self, name, "00000000000000000000000000000000", 0, error);
}

/**
 * tally_server_catalog_create:
 * @self: a catalog
 * @name: the new database
 * @uuid: 32 hex digits nobody else has
 * @created: seconds since 1970
 * @error: %TALLY_SERVER_ERROR_ILLEGAL_NAME, _FILE_EXISTS, %TALLY_DB_ERROR
 *
 * Returns: whether it was made
 */
gboolean
tally_server_catalog_create (TallyServerCatalog  *self,
                             const char          *name,
                             const char          *uuid,
                             gint64               created,
                             GError             **error)
{
  if (!is_legal (name))
    {
      g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_ILLEGAL_NAME,
                   "Name: '%s'. Only lowercase characters (a-z), digits (0-9), and any of the "
                   "characters _, $, (, ), +, -, and / are allowed. Must begin with a letter.",
                   name);
      return FALSE;
    }

  if (g_hash_table_contains (self->open, name) || exists (self, name))
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_FILE_EXISTS,
                           "The database could not be created, the file already exists.");
      return FALSE;
    }

  return open_database (self, name, uuid, created, error) != NULL;
}

/**
 * tally_server_catalog_delete:
 * @self: a catalog
 * @name: a database
 * @error: %TALLY_SERVER_ERROR_NOT_FOUND, %TALLY_DB_ERROR
 *
 * Who still reads it finds it closed.
 *
 * Returns: whether it is gone
 */
gboolean
tally_server_catalog_delete (TallyServerCatalog  *self,
                             const char          *name,
                             GError             **error)
{
  g_autofree char *path = dup_path (self, name);
  TallyServerDatabase *database = g_hash_table_lookup (self->open, name);

  if (!exists (self, name))
    return refuse_missing (error);

  if (database != NULL)
    {
      tally_server_database_close (database);
      g_hash_table_remove (self->open, name);
    }

  return tally_db_remove (path, self->vfs, error);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

static gboolean
list_folder (TallyServerCatalog  *self,
             GPtrArray           *names,
             GError             **error)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, error);
  const char *file;

  if (folder == NULL)
    return FALSE;

  while ((file = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (file, FILE_SUFFIX))
        continue;

      name = g_strndup (file, strlen (file) - strlen (FILE_SUFFIX));
      g_strdelimit (name, ".", '/');
      if (is_legal (name))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }

  return TRUE;
}

/**
 * tally_server_catalog_list:
 * @self: a catalog
 * @error: when the folder cannot be read
 *
 * Returns: (transfer full): the names of all databases
 */
char **
tally_server_catalog_list (TallyServerCatalog  *self,
                           GError             **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;

  if (self->vfs == NULL)
    {
      if (!list_folder (self, names, error))
        return NULL;
    }
  else
    {
      g_hash_table_iter_init (&iter, self->open);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        g_ptr_array_add (names, g_strdup (name));
    }

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_steal (names, NULL);
}
