/* tally-spool.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Files as the holder of a store is given them: plain files only, never somebody's pipe, at which
 * its worker would have to wait. Blocking; any thread. */

/* Descriptor of a plain file with what @path (NULL or "-": standard input) holds; -1 on error. */
int       tally_spool_open_input  (const char  *path,
                                   GError     **error);
/* Descriptor of an empty file without a name; -1 on error. */
int       tally_spool_new         (GError     **error);
/* The rest of @fd as UTF-8. */
char     *tally_spool_read_text   (int          fd,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
