/* tally-server-database.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-database-private.h"

#include "server/tally-server-error.h"
#include "tally-server-resources.h"

#include <string.h>

/**
 * TallyServerDatabase:
 *
 * One database of the server in one SQLite file: documents with their trees, bodies, local
 * documents, and the sequence of changes. It knows nothing of HTTP. Confined to the thread that
 * opened it. Fails with %TALLY_DB_ERROR (the disk) and %TALLY_SERVER_ERROR (the request).
 */
G_DEFINE_FINAL_TYPE (TallyServerDatabase, tally_server_database, G_TYPE_OBJECT)

/* "tlsv" */
#define APPLICATION_ID 0x746c7376

#define SQL_PATH "/io/github/tallystick/server/sql"

/* Enough of the database's uuid to tell it from the one that had its name before. */
#define MARK_LENGTH 8

static void
tally_server_database_finalize (GObject *object)
{
  TallyServerDatabase *self = TALLY_SERVER_DATABASE (object);

  tally_server_database_close (self);
  g_free (self->mark);
  g_free (self->start_time);
  g_free (self->name);

  G_OBJECT_CLASS (tally_server_database_parent_class)->finalize (object);
}

static void
tally_server_database_class_init (TallyServerDatabaseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_server_database_finalize;
}

static void
tally_server_database_init (TallyServerDatabase *self)
{
}

static gboolean
get_meta (TallyServerDatabase  *self,
          const char           *name,
          char                **value,
          GError              **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "get-meta");
  TallyDbStep step;

  tally_statement_bind_text (get, ":name", name);
  step = tally_statement_step (get, error);
  if (step == TALLY_DB_ROW)
    *value = g_strdup (tally_statement_get_text (get, 0));

  return step != TALLY_DB_FAILED;
}

static gboolean
set_meta (TallyServerDatabase  *self,
          const char           *name,
          const char           *value,
          GError              **error)
{
  g_autoptr (TallyStatement) set = tally_db_statement (self->db, "set-meta");

  tally_statement_bind_text (set, ":name", name);
  tally_statement_bind_text (set, ":value", value);

  return tally_statement_run (set, error);
}

static gboolean
write_identity (TallyServerDatabase  *self,
                const char           *uuid,
                gint64                created,
                GError              **error)
{
  g_autofree char *start_time = g_strdup_printf ("%" G_GINT64_FORMAT, created);

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!set_meta (self, "uuid", uuid, error) || !set_meta (self, "created", start_time, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return tally_db_commit (self->db, error);
}

static gboolean
load_counts (TallyServerDatabase  *self,
             GError              **error)
{
  g_autoptr (TallyStatement) count = tally_db_statement (self->db, "count-documents");

  if (tally_statement_step (count, error) != TALLY_DB_ROW)
    return FALSE;

  self->counts.n_deleted = tally_statement_get_int (count, 1);
  self->counts.n_live = tally_statement_get_int (count, 0) - self->counts.n_deleted;
  self->counts.seq = tally_statement_get_int (count, 2);
  self->committed = self->counts;

  return TRUE;
}

/**
 * tally_server_database_open:
 * @name: the database's name
 * @path: its file
 * @vfs: (nullable): SQLite VFS
 * @uuid: for a new one: 32 hex digits nobody else has
 * @created: for a new one: seconds since 1970
 * @error: %TALLY_DB_ERROR
 *
 * Opens a database, and makes it if there is none.
 *
 * Returns: (transfer full): the database, confined to this thread
 */
TallyServerDatabase *
tally_server_database_open (const char  *name,
                            const char  *path,
                            const char  *vfs,
                            const char  *uuid,
                            gint64       created,
                            GError     **error)
{
  TallyDbOptions options = { path, SQL_PATH, APPLICATION_ID, vfs };
  g_autoptr (TallyServerDatabase) self = g_object_new (TALLY_TYPE_SERVER_DATABASE, NULL);
  g_autofree char *kept_uuid = NULL;

  /* Naming the resource keeps the linker from dropping it out of the static library. */
  g_assert (tally_server_get_resource () != NULL);

  self->name = g_strdup (name);
  self->db = tally_db_open (&options, error);
  if (self->db == NULL || !get_meta (self, "uuid", &kept_uuid, error))
    return NULL;

  if (kept_uuid == NULL)
    {
      if (!write_identity (self, uuid, created, error))
        return NULL;
      kept_uuid = g_strdup (uuid);
    }

  self->mark = g_strndup (kept_uuid, MARK_LENGTH);
  if (!get_meta (self, "created", &self->start_time, error) || !load_counts (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * tally_server_database_close:
 * @self: a database
 *
 * Lets go of the file. Who still holds @self sees it closed.
 */
void
tally_server_database_close (TallyServerDatabase *self)
{
  g_clear_pointer (&self->db, tally_db_close);
}

/**
 * tally_server_database_is_closed:
 * @self: a database
 *
 * Returns: whether it was closed or deleted
 */
gboolean
tally_server_database_is_closed (TallyServerDatabase *self)
{
  return self->db == NULL;
}

/**
 * tally_server_database_get_name:
 * @self: a database
 *
 * Returns: its name, as in its address
 */
const char *
tally_server_database_get_name (TallyServerDatabase *self)
{
  return self->name;
}

/**
 * tally_server_database_get_db:
 * @self: a database that is not closed
 *
 * Returns: the file, for those who list
 */
TallyDb *
tally_server_database_get_db (TallyServerDatabase *self)
{
  return self->db;
}

/**
 * tally_server_database_get_start_time:
 * @self: a database
 *
 * Returns: when it was made, seconds since 1970, as text
 */
const char *
tally_server_database_get_start_time (TallyServerDatabase *self)
{
  return self->start_time;
}

/**
 * tally_server_database_get_n_live:
 * @self: a database
 *
 * Returns: documents that are not deleted
 */
gint64
tally_server_database_get_n_live (TallyServerDatabase *self)
{
  return self->counts.n_live;
}

/**
 * tally_server_database_get_n_deleted:
 * @self: a database
 *
 * Returns: documents all of whose leaves are tombstones
 */
gint64
tally_server_database_get_n_deleted (TallyServerDatabase *self)
{
  return self->counts.n_deleted;
}

/**
 * tally_server_database_get_seq:
 * @self: a database
 *
 * Returns: the number of the last change
 */
gint64
tally_server_database_get_seq (TallyServerDatabase *self)
{
  return self->counts.seq;
}

/**
 * tally_server_database_dup_seq:
 * @self: a database
 * @seq: a number
 *
 * Returns: (transfer full): the opaque text clients get for it
 */
char *
tally_server_database_dup_seq (TallyServerDatabase *self,
                               gint64               seq)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "-%s", seq, self->mark);
}

/**
 * tally_server_database_parse_seq:
 * @self: a database
 * @text: what a client gave: one of ours, "now", "0"; quotes around it are allowed
 * @seq: (out): the number
 * @error: %TALLY_SERVER_ERROR_BAD_REQUEST
 *
 * A sequence of another database of that name, or one from before a backup was put back, means
 * everything again: repeating is safe, leaving out is not.
 *
 * Returns: %FALSE when it is no sequence
 */
gboolean
tally_server_database_parse_seq (TallyServerDatabase  *self,
                                 const char           *text,
                                 gint64               *seq,
                                 GError              **error)
{
  gsize length = strlen (text);
  g_autofree char *plain = length >= 2 && text[0] == '"' && text[length - 1] == '"'
                           ? g_strndup (text + 1, length - 2) : g_strdup (text);
  char *dash = strchr (plain, '-');

  if (g_str_equal (plain, "now"))
    {
      *seq = self->counts.seq;
      return TRUE;
    }
  if (g_str_equal (plain, "0"))
    {
      *seq = 0;
      return TRUE;
    }

  if (dash != NULL)
    *dash = '\0';
  if (dash == NULL || dash[1] == '\0' ||
      !g_ascii_string_to_signed (plain, 10, 0, G_MAXINT64, seq, NULL))
    {
      g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                   "Malformed sequence supplied in 'since' parameter.");
      return FALSE;
    }

  if (!g_str_equal (dash + 1, self->mark) || *seq > self->counts.seq)
    *seq = 0;

  return TRUE;
}

/**
 * tally_server_database_begin:
 * @self: a database outside a transaction
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether a transaction began
 */
gboolean
tally_server_database_begin (TallyServerDatabase  *self,
                             GError              **error)
{
  return tally_db_begin (self->db, error);
}

/**
 * tally_server_database_commit:
 * @self: a database inside a transaction
 * @error: %TALLY_DB_ERROR
 *
 * On return what was written is on the disk.
 *
 * Returns: %FALSE when all of it was taken back
 */
gboolean
tally_server_database_commit (TallyServerDatabase  *self,
                              GError              **error)
{
  if (!tally_db_commit (self->db, error))
    {
      self->counts = self->committed;
      return FALSE;
    }

  self->committed = self->counts;
  return TRUE;
}

/**
 * tally_server_database_rollback:
 * @self: a database
 */
void
tally_server_database_rollback (TallyServerDatabase *self)
{
  tally_db_rollback (self->db);
  self->counts = self->committed;
}
