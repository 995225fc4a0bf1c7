/* test-db.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "db/tally-db.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x54616c79
#define SQL_FOLDER "/io/github/tallystick/test/"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("tally-db-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "inner", "store.db", NULL);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  remove_folder (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static TallyDb *
open_db (const char  *path,
         const char  *schema,
         GError     **error)
{
  g_autofree char *sql_path = g_strconcat (SQL_FOLDER, schema, NULL);
  TallyDbOptions options = { path, sql_path, APPLICATION_ID, NULL };

  return tally_db_open (&options, error);
}

static TallyDb *
open_well (const char *path,
           const char *schema)
{
  g_autoptr (GError) error = NULL;
  TallyDb *db = open_db (path, schema, &error);

  g_assert_no_error (error);
  g_assert_nonnull (db);

  return db;
}

static void
add_thing (TallyDb    *db,
           const char *name,
           gint64      size)
{
  g_autoptr (TallyStatement) add = tally_db_statement (db, "add");
  g_autoptr (GError) error = NULL;

  tally_statement_bind_text (add, ":name", name);
  tally_statement_bind_int (add, ":size", size);
  tally_statement_run (add, &error);
  g_assert_no_error (error);
}

static int
count_things (TallyDb *db)
{
  g_autoptr (TallyStatement) list = tally_db_statement (db, "list");
  g_autoptr (GError) error = NULL;
  TallyDbStep step;
  int n = 0;

  while ((step = tally_statement_step (list, &error)) == TALLY_DB_ROW)
    n++;
  g_assert_no_error (error);
  g_assert_cmpint (step, ==, TALLY_DB_DONE);

  return n;
}

/* A look at the file past the code under test. */
static gint64
raw_int (const char *path,
         const char *sql)
{
  sqlite3 *handle = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);

  return value;
}

static void
raw_run (const char *path,
         const char *sql)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static guint
mode_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);

  return info.st_mode & 0777;
}

static void
test_create (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autoptr (TallyDb) db = NULL;
  mode_t old = umask (0);

  db = open_well (fixture->path, "first");
  add_thing (db, "a", 1);
  umask (old);

  g_assert_cmpstr (tally_db_get_path (db), ==, fixture->path);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (fixture->path), ==, 0600);
  g_assert_cmpuint (mode_of (log), ==, 0600);
  g_clear_pointer (&db, tally_db_close);

  g_assert_cmpint (raw_int (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (raw_int (fixture->path, "PRAGMA application_id"), ==, APPLICATION_ID);
  g_assert_cmpint (raw_int (fixture->path, "SELECT count(*) FROM thing"), ==, 1);
}

static void
test_transaction (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_db_begin (db, &error));
  add_thing (db, "a", 1);
  g_assert_cmpint (tally_db_last_insert_id (db), ==, 1);
  g_assert_cmpint (tally_db_changes (db), ==, 1);
  tally_db_rollback (db);
  tally_db_rollback (db);
  g_assert_cmpint (count_things (db), ==, 0);

  g_assert_true (tally_db_begin (db, &error));
  add_thing (db, "a", 1);
  g_assert_true (tally_db_commit (db, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_things (db), ==, 1);
}

static void
test_values (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autoptr (TallyStatement) list = NULL;
  g_autoptr (GError) error = NULL;

  add_thing (db, "caf\xc3\xa9", G_MAXINT64);
  {
    g_autoptr (TallyStatement) add = tally_db_statement (db, "add");

    tally_statement_bind_text (add, ":name", "nothing");
    tally_statement_bind_null (add, ":size");
    g_assert_true (tally_statement_run (add, &error));
  }

  list = tally_db_statement (db, "list");
  g_assert_cmpint (tally_statement_step (list, &error), ==, TALLY_DB_ROW);
  g_assert_cmpstr (tally_statement_get_text (list, 0), ==, "caf\xc3\xa9");
  g_assert_true (tally_statement_get_int (list, 1) == G_MAXINT64);
  g_assert_cmpint (tally_statement_step (list, &error), ==, TALLY_DB_ROW);
  g_assert_true (tally_statement_is_null (list, 1));
  g_assert_null (tally_statement_get_text (list, 1));
  tally_statement_reset (list);
  g_assert_cmpint (tally_statement_step (list, &error), ==, TALLY_DB_ROW);
}

static void
test_constraint (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autoptr (TallyStatement) add = NULL;
  g_autoptr (GError) error = NULL;

  add_thing (db, "a", 1);
  add = tally_db_statement (db, "add");
  tally_statement_bind_text (add, ":name", "a");
  g_assert_false (tally_statement_run (add, &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_CONSTRAINT);
  g_assert_nonnull (strstr (error->message, "UNIQUE"));
  g_assert_nonnull (strstr (error->message, fixture->path));
}

static void
test_migrate (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *backup = g_strconcat (fixture->path, ".backup-1", NULL);
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");

  add_thing (db, "a", 1);
  g_clear_pointer (&db, tally_db_close);
  g_assert_false (g_file_test (backup, G_FILE_TEST_EXISTS));

  db = open_well (fixture->path, "second");
  g_assert_cmpint (count_things (db), ==, 1);
  g_clear_pointer (&db, tally_db_close);

  g_assert_cmpint (raw_int (fixture->path, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (raw_int (fixture->path, "SELECT colour = 'red' FROM thing"), ==, 1);
  g_assert_cmpuint (mode_of (backup), ==, 0600);
  g_assert_cmpint (raw_int (backup, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (raw_int (backup, "SELECT count(*) FROM thing"), ==, 1);

  /* The backup is what it says: a file the older version opens. */
  db = open_well (backup, "first");
  g_assert_cmpint (count_things (db), ==, 1);
}

static void
test_broken_migration (Fixture       *fixture,
                       gconstpointer  data)
{
  static const char columns[] = "SELECT count(*) FROM pragma_table_info('thing')";
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autoptr (GError) error = NULL;

  add_thing (db, "a", 1);
  g_clear_pointer (&db, tally_db_close);

  g_assert_null (open_db (fixture->path, "broken", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "weight"));
  g_assert_cmpint (raw_int (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (raw_int (fixture->path, columns), ==, 3);

  db = open_well (fixture->path, "first");
  g_assert_cmpint (count_things (db), ==, 1);
}

static void
assert_refused_untouched (const char   *path,
                          TallyDbError  code,
                          const char   *word)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  gsize before_length, after_length;

  g_assert_true (g_file_get_contents (path, &before, &before_length, NULL));
  g_assert_null (open_db (path, "second", &error));
  g_assert_error (error, TALLY_DB_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, word));

  g_assert_true (g_file_get_contents (path, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
}

static void
test_newer (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "second");

  g_clear_pointer (&db, tally_db_close);
  raw_run (fixture->path, "PRAGMA user_version = 3");
  assert_refused_untouched (fixture->path, TALLY_DB_ERROR_TOO_NEW, "newer version");
}

/* The writer of the newer version was killed: what it left in the log stays in the log. */
static void
test_newer_with_log (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (TallyDb) db = open_well (fixture->path, "second");
  g_autoptr (GError) error = NULL;
  sqlite3 *writer = NULL;
  gsize before_length, after_length;

  g_clear_pointer (&db, tally_db_close);
  g_assert_cmpint (sqlite3_open (fixture->path, &writer), ==, SQLITE_OK);
  sqlite3_db_config (writer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  g_assert_cmpint (sqlite3_exec (writer, "PRAGMA user_version = 3", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  sqlite3_close (writer);

  g_assert_true (g_file_get_contents (log, &before, &before_length, NULL));
  g_assert_cmpuint (before_length, >, 0);
  g_assert_null (open_db (fixture->path, "second", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_TOO_NEW);
  g_assert_true (g_file_get_contents (log, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
}

static void
test_foreign (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "other.db", NULL);

  raw_run (path, "CREATE TABLE bookmark (url TEXT)");
  assert_refused_untouched (path, TALLY_DB_ERROR_CORRUPT, "not a Tallystick store");
  raw_run (path, "PRAGMA application_id = 7");
  assert_refused_untouched (path, TALLY_DB_ERROR_CORRUPT, "not a Tallystick store");
}

static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "letter.txt", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (TallyDb) db = open_well (fixture->path, "second");
  gsize length;

  g_clear_pointer (&db, tally_db_close);
  g_assert_true (g_file_set_contents (path, "Dear diary, this is no database at all. It is long "
                                      "enough to have been one, though: a header has 100 bytes.",
                                      -1, NULL));
  assert_refused_untouched (path, TALLY_DB_ERROR_CORRUPT, "backup");

  /* The header is whole, the page behind it is not. */
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &length, NULL));
  memset (bytes + 100, 0xee, 400);
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) length, NULL));
  assert_refused_untouched (fixture->path, TALLY_DB_ERROR_CORRUPT, "backup");
}

/* Root may write everywhere, whatever the modes say: then there is nothing to see here. */
static void
test_read_only (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *fresh = g_build_filename (folder, "fresh.db", NULL);
  g_autoptr (TallyDb) db = NULL;
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("needs a user without root's rights");
      return;
    }

  db = open_well (fixture->path, "first");
  g_clear_pointer (&db, tally_db_close);

  g_assert_cmpint (g_chmod (fixture->path, 0400), ==, 0);
  g_assert_null (open_db (fixture->path, "first", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_clear_error (&error);
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);

  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  g_assert_null (open_db (fixture->path, "first", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_null (open_db (fresh, "first", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, fresh));
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
}

/* A folder in the file's place cannot be opened by anybody, root included. */
static void
test_not_a_file (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_db (fixture->folder, "first", &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, fixture->folder));
}

static void
test_vfs (Fixture       *fixture,
          gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "store.db", NULL);
  TallyDbOptions options = { path, SQL_FOLDER "first/", APPLICATION_ID, "unix-excl" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyDb) db = tally_db_open (&options, &error);

  g_assert_no_error (error);
  add_thing (db, "a", 1);
  g_clear_pointer (&db, tally_db_close);

  options.vfs = "no such vfs";
  g_assert_null (tally_db_open (&options, &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_FAILED);
}

/* A text that could not be bound would be taken for NULL. */
static void
test_bind_without_memory (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autofree char *name = g_strnfill (1000000, 'a');
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyStatement) statement = tally_db_statement (db, "add");

  sqlite3_hard_heap_limit64 (sqlite3_memory_used () + 100000);
  tally_statement_bind_text (statement, ":name", name);
  sqlite3_hard_heap_limit64 (0);
  tally_statement_bind_int (statement, ":size", 1);
  g_assert_false (tally_statement_run (statement, &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_clear_pointer (&statement, tally_statement_release);

  add_thing (db, name, 1);
  g_assert_cmpint (count_things (db), ==, 1);
}

/* What was refused must never come to be kept because there was no memory to forget it. */
static void
test_rollback_without_memory (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (TallyDb) db = open_well (fixture->path, "first");
  g_autoptr (GError) error = NULL;

  add_thing (db, "a", 1);
  g_assert_cmpint (count_things (db), ==, 1);
  g_assert_true (tally_db_begin (db, &error));
  add_thing (db, "b", 1);
  sqlite3_hard_heap_limit64 (1);
  tally_db_rollback (db);
  g_assert_false (tally_db_begin (db, &error));
  g_assert_error (error, TALLY_DB_ERROR, TALLY_DB_ERROR_FAILED);
  g_clear_error (&error);
  sqlite3_hard_heap_limit64 (0);

  g_assert_cmpint (count_things (db), ==, 1);
  g_assert_true (tally_db_begin (db, &error));
  tally_db_rollback (db);
}

int
main (int   argc,
      char *argv[])
{
  /* All that SQLite allocates is to come by its limit. */
  sqlite3_config (SQLITE_CONFIG_LOOKASIDE, 0, 0);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add ("/db/db/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("create", test_create);
  ADD ("transaction", test_transaction);
  ADD ("values", test_values);
  ADD ("constraint", test_constraint);
  ADD ("migrate", test_migrate);
  ADD ("broken-migration", test_broken_migration);
  ADD ("newer", test_newer);
  ADD ("newer-with-log", test_newer_with_log);
  ADD ("foreign", test_foreign);
  ADD ("damaged", test_damaged);
  ADD ("read-only", test_read_only);
  ADD ("not-a-file", test_not_a_file);
  ADD ("vfs", test_vfs);
  ADD ("bind-without-memory", test_bind_without_memory);
  ADD ("rollback-without-memory", test_rollback_without_memory);
#undef ADD

  return g_test_run ();
}
