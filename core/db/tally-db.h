/* tally-db.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyDbError:
 * @TALLY_DB_ERROR_CORRUPT: the file is damaged or no database: restore a backup
 * @TALLY_DB_ERROR_TOO_NEW: written by a newer version: update the program
 * @TALLY_DB_ERROR_READ_ONLY: the file or its folder can't be written
 * @TALLY_DB_ERROR_FULL: the disk is full
 * @TALLY_DB_ERROR_LIMIT: the file has reached the size that was set for it
 * @TALLY_DB_ERROR_BUSY: another process holds it: try again
 * @TALLY_DB_ERROR_CONSTRAINT: a constraint refused the change: a bug, or data meddled with
 * @TALLY_DB_ERROR_FAILED: anything else; the message carries SQLite's words
 */
typedef enum
{
  TALLY_DB_ERROR_CORRUPT,
  TALLY_DB_ERROR_TOO_NEW,
  TALLY_DB_ERROR_READ_ONLY,
  TALLY_DB_ERROR_FULL,
  TALLY_DB_ERROR_LIMIT,
  TALLY_DB_ERROR_BUSY,
  TALLY_DB_ERROR_CONSTRAINT,
  TALLY_DB_ERROR_FAILED,
} TallyDbError;

#define TALLY_DB_ERROR (tally_db_error_quark ())
GQuark tally_db_error_quark (void);

typedef enum
{
  TALLY_DB_ROW,
  TALLY_DB_DONE,
  TALLY_DB_FAILED,   /* the GError is set */
} TallyDbStep;

/**
 * TallyDbOptions:
 * @path: the file
 * @sql_path: resource folder with NNN.sql migrations and the named queries, e.g.
 *   "/io/github/tallystick/store/sql"
 * @application_id: SQLite's application_id, so that one kind of file is never taken for another
 * @vfs: (nullable): name of a registered VFS; %NULL for the machine's own
 */
typedef struct
{
  const char *path;
  const char *sql_path;
  guint32     application_id;
  const char *vfs;
} TallyDbOptions;

/* Confined to the thread that opened it, and asserts so. */
typedef struct _TallyDb TallyDb;
typedef struct _TallyStatement TallyStatement;

TallyDb        *tally_db_open               (const TallyDbOptions  *options,
                                             GError               **error) G_GNUC_WARN_UNUSED_RESULT;
void            tally_db_close              (TallyDb               *self);
const char     *tally_db_get_path           (TallyDb               *self);

/* Whether there is such a file, and taking it away with its side files: through the VFS, so that
 * both work for one that is not the machine's own. Nobody may have it open. */
gboolean        tally_db_exists             (const char            *path,
                                             const char            *vfs);
gboolean        tally_db_remove             (const char            *path,
                                             const char            *vfs,
                                             GError               **error);

/* BEGIN IMMEDIATE. Transactions do not nest. */
gboolean        tally_db_begin              (TallyDb               *self,
                                             GError               **error);
/* BEGIN, for one picture of many reads; nobody waits for it. Ended by a rollback. */
gboolean        tally_db_begin_read         (TallyDb               *self,
                                             GError               **error);
gboolean        tally_db_commit             (TallyDb               *self,
                                             GError               **error);
/* Never fails: what was not committed is gone either way. */
void            tally_db_rollback           (TallyDb               *self);

/* The named query `<sql_path>/<name>.sql`, prepared once and kept. Reset and unbound when the
 * borrower's g_autoptr ends; one borrower at a time. A missing or wrong query is a bug: aborts. */
TallyStatement *tally_db_statement          (TallyDb               *self,
                                             const char            *name) G_GNUC_WARN_UNUSED_RESULT;
void            tally_statement_release     (TallyStatement        *self);

/* Bound by name (with its colon): ":key". The text is copied; NULL binds NULL. */
void            tally_statement_bind_text   (TallyStatement        *self,
                                             const char            *name,
                                             const char            *value);
void            tally_statement_bind_int    (TallyStatement        *self,
                                             const char            *name,
                                             gint64                 value);
void            tally_statement_bind_null   (TallyStatement        *self,
                                             const char            *name);
TallyDbStep     tally_statement_step        (TallyStatement        *self,
                                             GError               **error);
/* Runs a statement that returns no rows. */
gboolean        tally_statement_run         (TallyStatement        *self,
                                             GError               **error);
/* Ready for the next bind without giving it back. */
void            tally_statement_reset       (TallyStatement        *self);
/* NULL for NULL; valid until the next step. */
const char     *tally_statement_get_text    (TallyStatement        *self,
                                             int                    column);
gint64          tally_statement_get_int     (TallyStatement        *self,
                                             int                    column);
gboolean        tally_statement_is_null     (TallyStatement        *self,
                                             int                    column);
gint64          tally_db_last_insert_id     (TallyDb               *self);
/* Rows the last statement changed. */
int             tally_db_changes            (TallyDb               *self);

/* --- care (tally-db-care.c) --- */

gboolean        tally_db_copy               (TallyDb               *self,
                                             const char            *path,
                                             GError               **error);
/* @complaints: element-type utf8. */
gboolean        tally_db_check              (TallyDb               *self,
                                             GPtrArray             *complaints,
                                             GError               **error);
/* @bytes 0: none. For this connection; a file that is larger already keeps its size. */
gboolean        tally_db_set_limit          (TallyDb               *self,
                                             gint64                 bytes,
                                             GError               **error);
gboolean        tally_db_get_size           (TallyDb               *self,
                                             gint64                *bytes,
                                             gint64                *free_bytes,
                                             GError               **error);
gboolean        tally_db_shrink             (TallyDb               *self,
                                             GError               **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyDb, tally_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyStatement, tally_statement_release)

G_END_DECLS
