/* tally-server-document.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"

G_BEGIN_DECLS

/* What to add to a document on its way out, as CouchDB's parameters of that name ask. */
typedef enum
{
  TALLY_SERVER_DOCUMENT_PLAIN             = 0,
  TALLY_SERVER_DOCUMENT_REVS              = 1 << 0,
  TALLY_SERVER_DOCUMENT_REVS_INFO         = 1 << 1,
  TALLY_SERVER_DOCUMENT_CONFLICTS         = 1 << 2,
  TALLY_SERVER_DOCUMENT_DELETED_CONFLICTS = 1 << 3,
  TALLY_SERVER_DOCUMENT_LOCAL_SEQ         = 1 << 4,
} TallyServerDocumentFlags;

/* The document's JSON: envelope, @extra (nullable; members, each with its comma in front), then
 * the body's members byte for byte. */
void     tally_server_document_write        (GString                   *out,
                                             const char                *key,
                                             const char                *rev,
                                             gboolean                   deleted,
                                             const char                *body,
                                             const char                *extra);
/* The conflict members that @flags ask for, as @extra above. */
void     tally_server_document_add_conflicts(GString                   *extra,
                                             TallyRevTree              *tree,
                                             TallyServerDocumentFlags   flags);
/* Reads one revision and writes it; *found FALSE and nothing written when its body is not kept. */
gboolean tally_server_document_append       (TallyServerDatabase       *database,
                                             const char                *key,
                                             const TallyServerEntry    *entry,
                                             const char                *rev,
                                             TallyServerDocumentFlags   flags,
                                             GString                   *out,
                                             gboolean                  *found,
                                             GError                   **error);
/* The leaf @rev has grown into, the winner's branch first; @rev itself when unknown. */
char    *tally_server_document_dup_latest   (const TallyServerEntry    *entry,
                                             const char                *rev) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
