/* tally-statement.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-db"

#include "config.h"

#include "db/tally-db-private.h"

/**
 * TallyStatement:
 *
 * A prepared query, lent out by its database to one borrower at a time. Bound by name only, so
 * that a query file can be read on its own. Same thread as its database. A query that is missing,
 * wrong or bound by a name it has not is a bug and aborts; only stepping can fail, and tells of a
 * preparation or a bind that did: a value that could not be bound would be taken for NULL.
 */

static GBytes *
load_query (TallyDb    *db,
            const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.sql", db->sql_path, name);
  g_autoptr (GError) error = NULL;
  GBytes *query = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  if (query == NULL)
    g_error ("No query %s: %s", path, error->message);

  return query;
}

/* "No such table" may be old news: then SQLite looks whether the schema has changed, and where that
 * look fails it stays with what it said. */
static int
read_schema (TallyDb *db)
{
  int code = sqlite3_exec (db->handle, "PRAGMA schema_version", NULL, NULL, NULL);

  return code == SQLITE_ERROR ? SQLITE_IOERR : code;
}

/* SQLite's plain ERROR means the text is wrong: ours to fix. Everything else (a damaged page, a
 * busy file) may happen to the best of queries while it reads the schema. */
static void
prepare (TallyStatement *self)
{
  g_autoptr (GBytes) query = load_query (self->db, self->name);
  gsize length;
  const char *text = g_bytes_get_data (query, &length);

  for (guint i = 0; i < 2; i++)
    {
      self->failure = sqlite3_prepare_v3 (self->db->handle, text, (int) length,
                                          SQLITE_PREPARE_PERSISTENT, &self->handle, NULL);
      if (self->failure == SQLITE_OK)
        return;
      if (self->failure != SQLITE_ERROR)
        break;
      if (i > 0)
        g_error ("Query %s: %s", self->name, sqlite3_errmsg (self->db->handle));

      self->failure = read_schema (self->db);
      if (self->failure != SQLITE_OK)
        break;
    }

  self->failure_words = g_strdup (sqlite3_errmsg (self->db->handle));
}

TallyStatement *
tally_statement_new (TallyDb    *db,
                     const char *name)
{
  TallyStatement *self = g_new0 (TallyStatement, 1);

  self->db = db;
  self->name = g_strdup (name);

  return self;
}

void
tally_statement_borrow (TallyStatement *self)
{
  g_assert (!self->borrowed);

  self->borrowed = TRUE;
  if (self->handle == NULL)
    prepare (self);
}

void
tally_statement_free (TallyStatement *self)
{
  g_assert (!self->borrowed);

  sqlite3_finalize (self->handle);
  g_free (self->failure_words);
  g_free (self->name);
  g_free (self);
}

static int
find_parameter (TallyStatement *self,
                const char     *name)
{
  int index = sqlite3_bind_parameter_index (self->handle, name);

  if (index == 0)
    g_error ("Query %s has no parameter %s", self->name, name);

  return index;
}

/**
 * tally_statement_release:
 * @self: (transfer full): a borrowed statement
 *
 * Resets it, forgets what was bound and gives it back.
 */
void
tally_statement_release (TallyStatement *self)
{
  g_assert (tally_db_is_open_thread (self->db));
  g_assert (self->borrowed);

  self->borrowed = FALSE;
  self->failure = SQLITE_OK;
  g_clear_pointer (&self->failure_words, g_free);
  if (self->handle == NULL)
    return;

  sqlite3_reset (self->handle);
  sqlite3_clear_bindings (self->handle);
}

static void
note_bind (TallyStatement *self,
           int             code)
{
  if (code == SQLITE_OK || self->failure != SQLITE_OK)
    return;

  self->failure = code;
  self->failure_words = g_strdup (sqlite3_errstr (code));
}

/**
 * tally_statement_bind_text:
 * @self: a borrowed statement that has not been stepped since its last reset
 * @name: the parameter with its colon
 * @value: (nullable): copied; %NULL binds NULL
 */
void
tally_statement_bind_text (TallyStatement *self,
                           const char     *name,
                           const char     *value)
{
  if (self->handle == NULL)
    return;

  note_bind (self, sqlite3_bind_text (self->handle, find_parameter (self, name), value, -1,
                                      SQLITE_TRANSIENT));
}

/**
 * tally_statement_bind_int:
 * @self: a borrowed statement that has not been stepped since its last reset
 * @name: the parameter with its colon
 * @value: the number
 */
void
tally_statement_bind_int (TallyStatement *self,
                          const char     *name,
                          gint64          value)
{
  if (self->handle == NULL)
    return;

  note_bind (self, sqlite3_bind_int64 (self->handle, find_parameter (self, name), value));
}

/**
 * tally_statement_bind_null:
 * @self: a borrowed statement that has not been stepped since its last reset
 * @name: the parameter with its colon
 */
void
tally_statement_bind_null (TallyStatement *self,
                           const char     *name)
{
  if (self->handle == NULL)
    return;

  note_bind (self, sqlite3_bind_null (self->handle, find_parameter (self, name)));
}

/* A text that there is no memory for would read as NULL: here that is seen before anybody does. */
static gboolean
has_all_texts (TallyStatement *self)
{
  int n_columns = sqlite3_data_count (self->handle);

  for (int i = 0; i < n_columns; i++)
    if (sqlite3_column_type (self->handle, i) == SQLITE_TEXT &&
        sqlite3_column_text (self->handle, i) == NULL)
      return FALSE;

  return TRUE;
}

/**
 * tally_statement_step:
 * @self: a borrowed statement
 * @error: %TALLY_DB_ERROR
 *
 * Returns: %TALLY_DB_ROW when a row can be read, %TALLY_DB_DONE at the end
 */
TallyDbStep
tally_statement_step (TallyStatement  *self,
                      GError         **error)
{
  int code;

  g_assert (tally_db_is_open_thread (self->db));
  g_assert (self->borrowed);

  if (self->failure != SQLITE_OK)
    {
      tally_db_fail (self->db, self->failure, self->failure_words, error);
      return TALLY_DB_FAILED;
    }
  if (!tally_db_finish_rollback (self->db, error))
    return TALLY_DB_FAILED;

  code = sqlite3_step (self->handle);
  if (code == SQLITE_ROW && !has_all_texts (self))
    code = SQLITE_NOMEM;
  if (code == SQLITE_ROW)
    return TALLY_DB_ROW;
  if (code == SQLITE_DONE)
    return TALLY_DB_DONE;

  tally_db_fail (self->db, code, NULL, error);
  return TALLY_DB_FAILED;
}

/**
 * tally_statement_run:
 * @self: a borrowed statement that returns no rows
 * @error: %TALLY_DB_ERROR
 *
 * Steps it to its end and resets it, so that it can be bound and run again.
 *
 * Returns: %FALSE when it failed
 */
gboolean
tally_statement_run (TallyStatement  *self,
                     GError         **error)
{
  TallyDbStep step = tally_statement_step (self, error);

  g_assert (step != TALLY_DB_ROW);
  tally_statement_reset (self);

  return step == TALLY_DB_DONE;
}

/**
 * tally_statement_reset:
 * @self: a borrowed statement
 *
 * Ready for the next bind and step. What was bound stays bound.
 */
void
tally_statement_reset (TallyStatement *self)
{
  if (self->handle != NULL)
    sqlite3_reset (self->handle);
}

/**
 * tally_statement_get_text:
 * @self: a statement on a row
 * @column: from 0
 *
 * Of a column that holds text.
 *
 * Returns: (nullable): the column's text; valid until the next step
 */
const char *
tally_statement_get_text (TallyStatement *self,
                          int             column)
{
  return (const char *) sqlite3_column_text (self->handle, column);
}

/**
 * tally_statement_get_int:
 * @self: a statement on a row
 * @column: from 0
 *
 * Returns: the column's number, 0 for NULL
 */
gint64
tally_statement_get_int (TallyStatement *self,
                         int             column)
{
  return sqlite3_column_int64 (self->handle, column);
}

/**
 * tally_statement_is_null:
 * @self: a statement on a row
 * @column: from 0
 *
 * Returns: whether the column is NULL
 */
gboolean
tally_statement_is_null (TallyStatement *self,
                         int             column)
{
  return sqlite3_column_type (self->handle, column) == SQLITE_NULL;
}
