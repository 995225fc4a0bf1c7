/* tally-server-database.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "db/tally-db.h"
#include "model/tally-rev-tree.h"
#include "model/tally-revision.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TALLY_TYPE_SERVER_DATABASE (tally_server_database_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerDatabase, tally_server_database, TALLY, SERVER_DATABASE, GObject)

/**
 * TallyServerEntry:
 * A document without its bodies, as read: changing it changes nothing.
 */
typedef struct
{
  gint64        id;
  gint64        seq;
  char         *winner;
  gboolean      deleted;
  TallyRevTree *tree;
} TallyServerEntry;

void                 tally_server_entry_free              (TallyServerEntry      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerEntry, tally_server_entry_free)

/* @uuid and @created are for a database that is made by this. */
TallyServerDatabase *tally_server_database_open           (const char            *name,
                                                           const char            *path,
                                                           const char            *vfs,
                                                           const char            *uuid,
                                                           gint64                 created,
                                                           GError               **error)
                                                           G_GNUC_WARN_UNUSED_RESULT;
const char          *tally_server_database_get_name       (TallyServerDatabase   *self);
TallyDb             *tally_server_database_get_db         (TallyServerDatabase   *self);
/* Seconds since 1970 at which it was made, as text. */
const char          *tally_server_database_get_start_time (TallyServerDatabase   *self);
gint64               tally_server_database_get_n_live     (TallyServerDatabase   *self);
gint64               tally_server_database_get_n_deleted  (TallyServerDatabase   *self);
gint64               tally_server_database_get_seq        (TallyServerDatabase   *self);

/* Nothing can be read from it any more: it was deleted under whoever still holds it. */
gboolean             tally_server_database_is_closed      (TallyServerDatabase   *self);
void                 tally_server_database_close          (TallyServerDatabase   *self);

/* A sequence as clients see it: the number, and a mark of this database. */
char                *tally_server_database_dup_seq        (TallyServerDatabase   *self,
                                                           gint64                 seq)
                                                           G_GNUC_WARN_UNUSED_RESULT;
gboolean             tally_server_database_parse_seq      (TallyServerDatabase   *self,
                                                           const char            *text,
                                                           gint64                *seq,
                                                           GError               **error);

gboolean             tally_server_database_begin          (TallyServerDatabase   *self,
                                                           GError               **error);
gboolean             tally_server_database_commit         (TallyServerDatabase   *self,
                                                           GError               **error);
void                 tally_server_database_rollback       (TallyServerDatabase   *self);

/* *entry NULL when there is no such document. */
gboolean             tally_server_database_find           (TallyServerDatabase   *self,
                                                           const char            *key,
                                                           TallyServerEntry     **entry,
                                                           GError               **error);
/* *body NULL when it is not kept any more, or never was here. */
gboolean             tally_server_database_load_body      (TallyServerDatabase   *self,
                                                           gint64                 document,
                                                           const char            *rev,
                                                           char                 **body,
                                                           gboolean              *deleted,
                                                           GError               **error);
gboolean             tally_server_database_put            (TallyServerDatabase   *self,
                                                           const TallyRevision   *revision,
                                                           gboolean               new_edits,
                                                           char                 **rev,
                                                           GError               **error);

/* *body NULL when there is none. */
gboolean             tally_server_database_get_local      (TallyServerDatabase   *self,
                                                           const char            *key,
                                                           gint64                *number,
                                                           char                 **body,
                                                           GError               **error);
/* @body NULL takes it away. */
gboolean             tally_server_database_put_local      (TallyServerDatabase   *self,
                                                           const char            *key,
                                                           const char            *body,
                                                           gint64                 given_number,
                                                           gint64                *number,
                                                           GError               **error);

G_END_DECLS
