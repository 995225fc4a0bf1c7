/* tally-server-folder.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "config.h"

#include "server/tally-server-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_NAME "server.lock"
#define UUID_NAME "server.uuid"

struct _TallyServerFolder
{
  int   lock;   /* file descriptor, owned */
  char *uuid;   /* owned */
};

static gboolean
fail_errno (const char  *path,
            GError     **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _("“%s” cannot be used: %s"), path,
               g_strerror (code));
  return FALSE;
}

static gboolean
fail_locked (int          fd,
             const char  *path,
             GError     **error)
{
  char pid[32] = "";
  gssize length = pread (fd, pid, sizeof pid - 1, 0);

  pid[MAX (length, 0)] = '\0';
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               _("The folder “%s” is in use by another tallystick-server (process %s). Stop that "
                 "one first, or choose another folder"), path,
               length > 0 ? g_strstrip (pid) : "?");
  return FALSE;
}

/* The file stays when the server ends: taking it away would let two servers lock two files. */
static gboolean
take_lock (TallyServerFolder  *self,
           const char         *path,
           GError            **error)
{
  g_autofree char *file = g_build_filename (path, LOCK_NAME, NULL);
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());

  self->lock = g_open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock < 0)
    return fail_errno (file, error);

  if (flock (self->lock, LOCK_EX | LOCK_NB) != 0)
    return fail_locked (self->lock, path, error);

  if (ftruncate (self->lock, 0) != 0 ||
      pwrite (self->lock, pid, strlen (pid), 0) != (gssize) strlen (pid))
    return fail_errno (file, error);

  return TRUE;
}

static gboolean
read_uuid (TallyServerFolder  *self,
           const char         *path,
           const char         *spare_uuid,
           GError            **error)
{
  g_autofree char *file = g_build_filename (path, UUID_NAME, NULL);

  if (g_file_get_contents (file, &self->uuid, NULL, NULL) && strlen (g_strstrip (self->uuid)) == 32)
    return TRUE;

  g_free (self->uuid);
  self->uuid = g_strdup (spare_uuid);
  return g_file_set_contents_full (file, self->uuid, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * tally_server_folder_open:
 * @path: the folder; made if there is none
 * @spare_uuid: the server's uuid if the folder has none yet
 * @error: %G_IO_ERROR_BUSY when another server has it, naming the process; others from the system
 *
 * Returns: (transfer full): the folder, locked
 */
TallyServerFolder *
tally_server_folder_open (const char  *path,
                          const char  *spare_uuid,
                          GError     **error)
{
  g_autoptr (TallyServerFolder) self = g_new0 (TallyServerFolder, 1);

  self->lock = -1;
  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      fail_errno (path, error);
      return NULL;
    }

  if (!take_lock (self, path, error) || !read_uuid (self, path, spare_uuid, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * tally_server_folder_get_uuid:
 * @self: a folder
 *
 * Returns: what names this server, whatever its address
 */
const char *
tally_server_folder_get_uuid (TallyServerFolder *self)
{
  return self->uuid;
}

/**
 * tally_server_folder_close:
 * @self: (transfer full): a folder
 */
void
tally_server_folder_close (TallyServerFolder *self)
{
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->uuid);
  g_free (self);
}
