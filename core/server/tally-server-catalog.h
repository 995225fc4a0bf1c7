/* tally-server-catalog.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"

G_BEGIN_DECLS

/**
 * TallyServerCatalog:
 *
 * The folder of databases: which there are, and the open ones. One thread; owned by the handler.
 */
typedef struct _TallyServerCatalog TallyServerCatalog;

TallyServerCatalog  *tally_server_catalog_new    (const char          *folder,
                                                  const char          *vfs) G_GNUC_WARN_UNUSED_RESULT;
void                 tally_server_catalog_free   (TallyServerCatalog  *self);
/* The database of that name, opened if need be; borrowed. NOT_FOUND when there is none. */
TallyServerDatabase *tally_server_catalog_get    (TallyServerCatalog  *self,
                                                  const char          *name,
                                                  GError             **error);
/* ILLEGAL_NAME, FILE_EXISTS. @created: seconds since 1970. */
gboolean             tally_server_catalog_create (TallyServerCatalog  *self,
                                                  const char          *name,
                                                  const char          *uuid,
                                                  gint64               created,
                                                  GError             **error);
gboolean             tally_server_catalog_delete (TallyServerCatalog  *self,
                                                  const char          *name,
                                                  GError             **error);
/* Names in the order of their bytes. */
char               **tally_server_catalog_list   (TallyServerCatalog  *self,
                                                  GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerCatalog, tally_server_catalog_free)

G_END_DECLS
