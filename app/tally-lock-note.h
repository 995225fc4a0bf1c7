/* tally-lock-note.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The D-Bus address that a store's lock file names; reads only that file, never the store. */
char *tally_lock_note_read_address (const char  *store,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
