/* tally-server-folder.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyServerFolder:
 *
 * The data folder as one process's own: made 0700, locked as long as this lives, with the
 * server's uuid in it. G_IO_ERROR_BUSY when another server has it.
 */
typedef struct _TallyServerFolder TallyServerFolder;

TallyServerFolder *tally_server_folder_open     (const char         *path,
                                                 const char         *spare_uuid,
                                                 GError            **error) G_GNUC_WARN_UNUSED_RESULT;
const char        *tally_server_folder_get_uuid (TallyServerFolder  *self);
void               tally_server_folder_close    (TallyServerFolder  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerFolder, tally_server_folder_close)

G_END_DECLS
