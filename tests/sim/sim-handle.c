/* sim-handle.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-vfs-private.h"

#include <string.h>

#define WRITE_SLOT 0   /* SQLite's WAL_WRITE_LOCK */

static int
handle_close (sqlite3_file *file)
{
  TallySimHandle *self = (TallySimHandle *) file;

  file->pMethods->xShmUnmap (file, 0);
  file->pMethods->xUnlock (file, SQLITE_LOCK_NONE);
  self->disk->n_open--;
  g_clear_pointer (&self->file, tally_sim_file_unref);
  g_clear_pointer (&self->name, g_free);

  return SQLITE_OK;
}

static int
handle_read (sqlite3_file  *file,
             void          *buffer,
             int            n_bytes,
             sqlite3_int64  offset)
{
  TallySimHandle *self = (TallySimHandle *) file;
  GByteArray *seen = self->file->seen;
  gsize n_there = 0;

  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_READ;

  if (offset < seen->len)
    n_there = MIN ((gsize) n_bytes, seen->len - (gsize) offset);
  if (n_there > 0)
    memcpy (buffer, seen->data + offset, n_there);
  memset ((char *) buffer + n_there, 0, n_bytes - n_there);

  return n_there == (gsize) n_bytes ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

/* Whether there is no room for a file of that size. */
static gboolean
lacks_room (TallySimHandle *self,
            gint64          size)
{
  return self->disk->full && size > self->file->seen->len;
}

/* The write that dies is under way: it counts among the unsynced ones. */
static int
handle_write (sqlite3_file  *file,
              const void    *buffer,
              int            n_bytes,
              sqlite3_int64  offset)
{
  TallySimHandle *self = (TallySimHandle *) file;
  gboolean works;

  if (self->disk->dead)
    return SQLITE_IOERR_WRITE;

  works = tally_sim_vfs_try (self->disk);
  if (lacks_room (self, offset + n_bytes))
    return SQLITE_FULL;

  tally_sim_file_write (self->file, offset, buffer, works ? n_bytes : n_bytes / 2);

  return works && tally_sim_vfs_survive (self->disk) ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int
handle_truncate (sqlite3_file  *file,
                 sqlite3_int64  size)
{
  TallySimHandle *self = (TallySimHandle *) file;

  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_TRUNCATE;
  if (lacks_room (self, size))
    return SQLITE_FULL;
  if (!tally_sim_vfs_survive (self->disk))
    return SQLITE_IOERR_TRUNCATE;

  tally_sim_file_truncate (self->file, size);
  return SQLITE_OK;
}

static int
handle_sync (sqlite3_file *file,
             int           flags)
{
  TallySimHandle *self = (TallySimHandle *) file;

  if (self->disk->dead || !tally_sim_vfs_try (self->disk) || !tally_sim_vfs_survive (self->disk))
    return SQLITE_IOERR_FSYNC;

  tally_sim_file_sync (self->file);

  /* As SQLite does on unix, the first sync of a new file syncs its folder as well. */
  if (self->name != NULL && !self->file->name_synced)
    tally_sim_vfs_sync_folder (self->disk);

  return SQLITE_OK;
}

static int
handle_file_size (sqlite3_file  *file,
                  sqlite3_int64 *size)
{
  TallySimHandle *self = (TallySimHandle *) file;

  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_FSTAT;

  *size = self->file->seen->len;
  return SQLITE_OK;
}

/* SQLite's five levels on one file: see "File Locking And Concurrency" in its documentation. */
static int
handle_lock (sqlite3_file *file,
             int           level)
{
  TallySimHandle *self = (TallySimHandle *) file;
  TallySimFile *inode = self->file;

  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_LOCK;
  if (self->level >= level)
    return SQLITE_OK;
  if ((inode->pending != NULL && inode->pending != self) ||
      (inode->exclusive != NULL && inode->exclusive != self))
    return SQLITE_BUSY;

  if (level == SQLITE_LOCK_SHARED)
    {
      inode->n_shared++;
      self->level = level;
      return SQLITE_OK;
    }

  if (inode->reserved != NULL && inode->reserved != self)
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_RESERVED)
    {
      inode->reserved = self;
      self->level = level;
      return SQLITE_OK;
    }

  inode->pending = self;
  self->level = SQLITE_LOCK_PENDING;
  if (inode->n_shared > 1)
    return SQLITE_BUSY;

  inode->exclusive = self;
  self->level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

static int
handle_unlock (sqlite3_file *file,
               int           level)
{
  TallySimHandle *self = (TallySimHandle *) file;
  TallySimFile *inode = self->file;

  if (self->level <= level)
    return SQLITE_OK;

  if (inode->reserved == self)
    inode->reserved = NULL;
  if (inode->pending == self)
    inode->pending = NULL;
  if (inode->exclusive == self)
    inode->exclusive = NULL;
  if (level == SQLITE_LOCK_NONE)
    inode->n_shared--;
  self->level = level;

  return SQLITE_OK;
}

static int
handle_check_reserved (sqlite3_file *file,
                       int          *reserved)
{
  TallySimHandle *self = (TallySimHandle *) file;

  if (self->disk->dead)
    return SQLITE_IOERR_CHECKRESERVEDLOCK;

  *reserved = self->file->reserved != NULL;
  return SQLITE_OK;
}

static int
handle_file_control (sqlite3_file *file,
                     int           operation,
                     void         *argument)
{
  return SQLITE_NOTFOUND;
}

static int
handle_sector_size (sqlite3_file *file)
{
  return 4096;   /* what SQLite's unix VFS says */
}

static int
handle_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;   /* what SQLite's unix VFS says */
}

static int
handle_shm_map (sqlite3_file   *file,
                int             region,
                int             n_bytes,
                int             extend,
                void volatile **memory)
{
  TallySimHandle *self = (TallySimHandle *) file;
  GPtrArray *regions = self->file->regions;

  *memory = NULL;
  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_SHMMAP;

  if (!self->mapped)
    {
      self->mapped = TRUE;
      self->file->n_mapped++;
    }
  while (extend && (int) regions->len <= region)
    g_ptr_array_add (regions, g_malloc0 (n_bytes));
  if ((int) regions->len > region)
    *memory = g_ptr_array_index (regions, region);

  return SQLITE_OK;
}

static void
shm_unlock (TallySimHandle *self,
            int             slot)
{
  TallySimFile *inode = self->file;
  guint16 bit = (guint16) (1u << slot);

  if (self->shm_shared & bit)
    inode->shm_shared[slot]--;
  if (self->shm_exclusive & bit)
    inode->shm_exclusive[slot] = NULL;
  self->shm_shared &= (guint16) ~bit;
  self->shm_exclusive &= (guint16) ~bit;
}

static gboolean
shm_may_lock (TallySimHandle *self,
              int             slot,
              gboolean        exclusive)
{
  TallySimFile *inode = self->file;
  guint n_own = self->shm_shared & (1u << slot) ? 1 : 0;

  if (inode->shm_exclusive[slot] != NULL && inode->shm_exclusive[slot] != self)
    return FALSE;

  return !exclusive || inode->shm_shared[slot] == n_own;
}

static void
shm_unlock_all (TallySimHandle *self,
                int             offset,
                int             n_slots)
{
  TallySimVfs *disk = self->disk;
  gboolean was_writer = (self->shm_exclusive & (1u << WRITE_SLOT)) != 0;

  for (int slot = offset; slot < offset + n_slots; slot++)
    shm_unlock (self, slot);

  /* Last: everybody else may use the disk now. */
  if (was_writer && offset == WRITE_SLOT && disk->yield != NULL && !disk->dead)
    disk->yield (disk->yield_data);
}

static void
shm_lock (TallySimHandle *self,
          int             slot,
          gboolean        exclusive)
{
  guint16 bit = (guint16) (1u << slot);

  if (exclusive)
    {
      self->file->shm_exclusive[slot] = self;
      self->shm_exclusive |= bit;
    }
  else if (!(self->shm_shared & bit))
    {
      self->file->shm_shared[slot]++;
      self->shm_shared |= bit;
    }
}

static int
handle_shm_lock (sqlite3_file *file,
                 int           offset,
                 int           n_slots,
                 int           flags)
{
  TallySimHandle *self = (TallySimHandle *) file;
  gboolean exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;

  if (flags & SQLITE_SHM_UNLOCK)
    {
      shm_unlock_all (self, offset, n_slots);
      return SQLITE_OK;
    }
  if (self->disk->dead || !tally_sim_vfs_try (self->disk))
    return SQLITE_IOERR_SHMLOCK;

  for (int slot = offset; slot < offset + n_slots; slot++)
    if (!shm_may_lock (self, slot, exclusive))
      return SQLITE_BUSY;

  for (int slot = offset; slot < offset + n_slots; slot++)
    shm_lock (self, slot, exclusive);

  return SQLITE_OK;
}

static void
handle_shm_barrier (sqlite3_file *file)
{
}

static int
handle_shm_unmap (sqlite3_file *file,
                  int           remove)
{
  TallySimHandle *self = (TallySimHandle *) file;

  if (!self->mapped)
    return SQLITE_OK;

  for (int slot = 0; slot < TALLY_SIM_SHM_LOCKS; slot++)
    shm_unlock (self, slot);
  self->mapped = FALSE;
  if (--self->file->n_mapped == 0)
    g_ptr_array_set_size (self->file->regions, 0);

  return SQLITE_OK;
}

static const sqlite3_io_methods handle_methods = {
  .iVersion = 2,
  .xClose = handle_close,
  .xRead = handle_read,
  .xWrite = handle_write,
  .xTruncate = handle_truncate,
  .xSync = handle_sync,
  .xFileSize = handle_file_size,
  .xLock = handle_lock,
  .xUnlock = handle_unlock,
  .xCheckReservedLock = handle_check_reserved,
  .xFileControl = handle_file_control,
  .xSectorSize = handle_sector_size,
  .xDeviceCharacteristics = handle_characteristics,
  .xShmMap = handle_shm_map,
  .xShmLock = handle_shm_lock,
  .xShmBarrier = handle_shm_barrier,
  .xShmUnmap = handle_shm_unmap,
};

void
tally_sim_handle_init (TallySimHandle *self,
                       TallySimVfs    *disk,
                       TallySimFile   *file,
                       const char     *name)
{
  *self = (TallySimHandle) {
    .base.pMethods = &handle_methods,
    .disk = disk,
    .file = tally_sim_file_ref (file),
    .name = g_strdup (name),
  };
  disk->n_open++;
}
