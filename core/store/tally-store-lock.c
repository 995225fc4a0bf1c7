/* tally-store-lock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-lock.h"

#include "store/tally-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

struct _TallyStoreLock
{
  char *path;   /* owned */
  int   fd;     /* owned */
};

/* pid and address, a line each: a few hundred bytes at most. */
#define LOCK_MAX_BYTES 4096

/**
 * tally_store_holder_free:
 * @self: (transfer full): a holder
 */
void
tally_store_holder_free (TallyStoreHolder *self)
{
  g_free (self->address);
  g_free (self);
}

static TallyStoreHolder *
read_holder (int fd)
{
  g_autofree char *text = g_malloc0 (LOCK_MAX_BYTES + 1);
  g_auto (GStrv) lines = NULL;
  TallyStoreHolder *holder = g_new0 (TallyStoreHolder, 1);

  if (pread (fd, text, LOCK_MAX_BYTES, 0) < 0)
    *text = '\0';
  lines = g_strsplit (text, "\n", 3);
  holder->pid = lines[0] != NULL ? (int) g_ascii_strtoll (lines[0], NULL, 10) : 0;
  holder->address = g_strdup (lines[0] != NULL && lines[1] != NULL ? lines[1] : "");

  return holder;
}

static gboolean
write_holder (TallyStoreLock  *self,
              const char      *address,
              GError         **error)
{
  g_autofree char *text = g_strdup_printf ("%d\n%s\n", (int) getpid (), address);
  gssize length = (gssize) strlen (text);

  if (ftruncate (self->fd, 0) == 0 && pwrite (self->fd, text, (gsize) length, 0) == length)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _("“%s” can’t be written: %s"), self->path, g_strerror (errno));

  return FALSE;
}

/**
 * tally_store_lock_acquire:
 * @store_path: the store's file
 * @holder: (out) (optional) (transfer full) (nullable): who has it, with LOCKED
 * @error: %TALLY_STORE_ERROR_LOCKED; %G_IO_ERROR for a folder that can't be written
 *
 * Never waits. The database itself is never opened to lock it: closing any descriptor of it
 * would drop SQLite's own POSIX locks.
 *
 * Returns: (transfer full): the lock
 */
TallyStoreLock *
tally_store_lock_acquire (const char         *store_path,
                          TallyStoreHolder  **holder,
                          GError            **error)
{
  g_autoptr (TallyStoreLock) self = g_new0 (TallyStoreLock, 1);
  g_autoptr (TallyStoreHolder) other = NULL;

  self->path = g_strconcat (store_path, ".lock", NULL);
  self->fd = g_open (self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                   _("The lock file “%s” can’t be opened: %s. Check that the folder exists and "
                     "that you may write to it."), self->path, g_strerror (saved));
      return NULL;
    }

  if (flock (self->fd, LOCK_EX | LOCK_NB) == 0)
    return write_holder (self, "", error) ? g_steal_pointer (&self) : NULL;

  other = read_holder (self->fd);
  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED,
               _("The store “%s” is in use by process %d."), store_path, other->pid);
  if (holder != NULL)
    *holder = g_steal_pointer (&other);

  return NULL;
}

/**
 * tally_store_lock_set_address:
 * @self: a lock
 * @address: D-Bus address of the private socket
 * @error: %G_IO_ERROR
 *
 * Returns: whether the lock file names it
 */
gboolean
tally_store_lock_set_address (TallyStoreLock  *self,
                              const char      *address,
                              GError         **error)
{
  return write_holder (self, address, error);
}

/**
 * tally_store_lock_release:
 * @self: (transfer full): a lock
 */
void
tally_store_lock_release (TallyStoreLock *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}
