/* tally-lock-note.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-lock-note.h"

#include <glib/gi18n.h>

/**
 * tally_lock_note_read_address:
 * @store: a store's file
 * @error: why there is no address
 *
 * `FILE.lock` holds two lines: the holder's process id and the address of its private socket. The
 * file stays when the holder ends, so an address may lead nowhere: connecting tells.
 *
 * Returns: (transfer full): the address
 */
char *
tally_lock_note_read_address (const char  *store,
                              GError     **error)
{
  g_autofree char *path = g_strconcat (store, ".lock", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;

  lines = g_strsplit (text, "\n", 3);
  if (lines[0] == NULL || lines[1] == NULL || *lines[1] == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _("The lock file “%s” names no socket to connect to."), path);
      return NULL;
    }

  return g_strdup (lines[1]);
}
