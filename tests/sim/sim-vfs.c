/* sim-vfs.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-vfs.h"

#include "sim/sim-file-private.h"

#include <sqlite3.h>
#include <string.h>

struct _TallySimVfs
{
  sqlite3_vfs  vfs;       /* first, so that SQLite's pointer is ours */
  char        *name;      /* owned */
  GRand       *rand;      /* owned */
  TallyClock  *clock;     /* owned, nullable */

  GHashTable  *files;     /* owned: name -> TallySimFile, as programs see them */
  GHashTable  *ghosts;    /* owned: name -> TallySimFile, deleted but not for sure */
  GPtrArray   *names;     /* owned: every name there ever was, in the order of its making */

  guint64      n_ops;
  guint64      n_left;    /* until it dies; 0: not armed */
  guint        n_open;
  gboolean     dead;
};

/* An open file as SQLite holds it. */
typedef struct
{
  sqlite3_file  base;
  TallySimVfs  *disk;         /* unowned */
  TallySimFile *file;         /* owned */
  char         *name;         /* owned, nullable: a temporary file */
  int           level;        /* of its lock */
  gboolean      mapped;
  guint16       shm_shared;   /* bits of locks it holds */
  guint16       shm_exclusive;
} Handle;

/* Counts an operation that changes the disk. FALSE: this is where it dies. */
static gboolean
survive (TallySimVfs *self)
{
  if (self->dead)
    return FALSE;

  self->n_ops++;
  if (self->n_left > 0 && --self->n_left == 0)
    self->dead = TRUE;

  return !self->dead;
}

static int
handle_close (sqlite3_file *file)
{
  Handle *self = (Handle *) file;

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
  Handle *self = (Handle *) file;
  GByteArray *seen = self->file->seen;
  gsize n_there = 0;

  if (self->disk->dead)
    return SQLITE_IOERR_READ;

  if (offset < seen->len)
    n_there = MIN ((gsize) n_bytes, seen->len - (gsize) offset);
  if (n_there > 0)
    memcpy (buffer, seen->data + offset, n_there);
  memset ((char *) buffer + n_there, 0, n_bytes - n_there);

  return n_there == (gsize) n_bytes ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

/* The write that dies is under way: it counts among the unsynced ones. */
static int
handle_write (sqlite3_file  *file,
              const void    *buffer,
              int            n_bytes,
              sqlite3_int64  offset)
{
  Handle *self = (Handle *) file;
  gboolean was_dead = self->disk->dead;
  gboolean alive = survive (self->disk);

  if (!was_dead)
    tally_sim_file_write (self->file, offset, buffer, n_bytes);

  return alive ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int
handle_truncate (sqlite3_file  *file,
                 sqlite3_int64  size)
{
  Handle *self = (Handle *) file;

  if (!survive (self->disk))
    return SQLITE_IOERR_TRUNCATE;

  tally_sim_file_truncate (self->file, size);
  return SQLITE_OK;
}

/* All names are now as they are seen: new ones stay, deleted ones are gone for good. */
static void
sync_folder (TallySimVfs *self)
{
  for (guint i = 0; i < self->names->len; i++)
    {
      TallySimFile *file = g_hash_table_lookup (self->files, g_ptr_array_index (self->names, i));

      if (file != NULL)
        file->name_synced = TRUE;
    }

  g_hash_table_remove_all (self->ghosts);
}

static int
handle_sync (sqlite3_file *file,
             int           flags)
{
  Handle *self = (Handle *) file;

  if (!survive (self->disk))
    return SQLITE_IOERR_FSYNC;

  tally_sim_file_sync (self->file);

  /* As SQLite does on unix, the first sync of a new file syncs its folder as well. */
  if (self->name != NULL && !self->file->name_synced)
    sync_folder (self->disk);

  return SQLITE_OK;
}

static int
handle_file_size (sqlite3_file  *file,
                  sqlite3_int64 *size)
{
  Handle *self = (Handle *) file;

  if (self->disk->dead)
    return SQLITE_IOERR_FSTAT;

  *size = self->file->seen->len;
  return SQLITE_OK;
}

/* SQLite's five levels on one file: see "File Locking And Concurrency" in its documentation. */
static int
handle_lock (sqlite3_file *file,
             int           level)
{
  Handle *self = (Handle *) file;
  TallySimFile *inode = self->file;

  if (self->disk->dead)
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
  Handle *self = (Handle *) file;
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
  Handle *self = (Handle *) file;

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
  Handle *self = (Handle *) file;
  GPtrArray *regions = self->file->regions;

  *memory = NULL;
  if (self->disk->dead)
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
shm_unlock (Handle *self,
            int     slot)
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
shm_may_lock (Handle   *self,
              int       slot,
              gboolean  exclusive)
{
  TallySimFile *inode = self->file;
  guint n_own = self->shm_shared & (1u << slot) ? 1 : 0;

  if (inode->shm_exclusive[slot] != NULL && inode->shm_exclusive[slot] != self)
    return FALSE;

  return !exclusive || inode->shm_shared[slot] == n_own;
}

static int
handle_shm_lock (sqlite3_file *file,
                 int           offset,
                 int           n_slots,
                 int           flags)
{
  Handle *self = (Handle *) file;
  gboolean exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;

  for (int slot = offset; flags & SQLITE_SHM_UNLOCK && slot < offset + n_slots; slot++)
    shm_unlock (self, slot);
  if (flags & SQLITE_SHM_UNLOCK)
    return SQLITE_OK;
  if (self->disk->dead)
    return SQLITE_IOERR_SHMLOCK;

  for (int slot = offset; slot < offset + n_slots; slot++)
    if (!shm_may_lock (self, slot, exclusive))
      return SQLITE_BUSY;

  for (int slot = offset; slot < offset + n_slots; slot++)
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
  Handle *self = (Handle *) file;

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

static int
disk_open (sqlite3_vfs  *vfs,
           const char   *name,
           sqlite3_file *file,
           int           flags,
           int          *out_flags)
{
  TallySimVfs *self = (TallySimVfs *) vfs;
  Handle *handle = (Handle *) file;
  TallySimFile *found = name != NULL ? g_hash_table_lookup (self->files, name) : NULL;

  file->pMethods = NULL;
  if (self->dead)
    return SQLITE_IOERR;
  if (found == NULL && name != NULL && !(flags & SQLITE_OPEN_CREATE))
    return SQLITE_CANTOPEN;

  memset (handle, 0, sizeof *handle);
  handle->disk = self;
  handle->name = g_strdup (name);
  handle->file = found != NULL ? tally_sim_file_ref (found) : tally_sim_file_new ();
  if (found == NULL && name != NULL)
    {
      g_hash_table_insert (self->files, g_strdup (name), tally_sim_file_ref (handle->file));
      if (!g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
        g_ptr_array_add (self->names, g_strdup (name));
    }

  handle->base.pMethods = &handle_methods;
  self->n_open++;
  if (out_flags != NULL)
    *out_flags = flags;

  return SQLITE_OK;
}

static int
disk_delete (sqlite3_vfs *vfs,
             const char  *name,
             int          folder_too)
{
  TallySimVfs *self = (TallySimVfs *) vfs;
  TallySimFile *file = g_hash_table_lookup (self->files, name);

  if (!survive (self))
    return SQLITE_IOERR_DELETE;
  if (file == NULL)
    return SQLITE_IOERR_DELETE_NOENT;

  if (file->name_synced)
    g_hash_table_replace (self->ghosts, g_strdup (name), tally_sim_file_ref (file));
  g_hash_table_remove (self->files, name);
  if (folder_too)
    sync_folder (self);

  return SQLITE_OK;
}

static int
disk_access (sqlite3_vfs *vfs,
             const char  *name,
             int          flags,
             int         *yes)
{
  TallySimVfs *self = (TallySimVfs *) vfs;

  if (self->dead)
    return SQLITE_IOERR_ACCESS;

  *yes = g_hash_table_contains (self->files, name);
  return SQLITE_OK;
}

static int
disk_full_pathname (sqlite3_vfs *vfs,
                    const char  *name,
                    int          n_bytes,
                    char        *full)
{
  return g_strlcpy (full, name, n_bytes) < (gsize) n_bytes ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
disk_randomness (sqlite3_vfs *vfs,
                 int          n_bytes,
                 char        *bytes)
{
  TallySimVfs *self = (TallySimVfs *) vfs;

  for (int i = 0; i < n_bytes; i++)
    bytes[i] = (char) g_rand_int_range (self->rand, 0, 256);

  return n_bytes;
}

static int
disk_sleep (sqlite3_vfs *vfs,
            int          duration_us)
{
  TallySimVfs *self = (TallySimVfs *) vfs;

  if (self->clock != NULL)
    tally_clock_sleep_us (self->clock, duration_us, NULL, NULL);

  return duration_us;
}

static int
disk_current_time (sqlite3_vfs   *vfs,
                   sqlite3_int64 *julian_ms)
{
  TallySimVfs *self = (TallySimVfs *) vfs;
  gint64 date_us = self->clock != NULL ? tally_clock_date_us (self->clock) : 0;

  /* 1970-01-01 in milliseconds of the Julian day, as in SQLite's os_unix.c. */
  *julian_ms = G_GINT64_CONSTANT (24405875) * 8640000 + date_us / 1000;

  return SQLITE_OK;
}

static int
disk_get_last_error (sqlite3_vfs *vfs,
                     int          n_bytes,
                     char        *text)
{
  return 0;
}

void
tally_sim_vfs_set_up (void)
{
  sqlite3_config (SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
}

TallySimVfs *
tally_sim_vfs_new (const char *name,
                   guint32     seed,
                   TallyClock *clock)
{
  TallySimVfs *self = g_new0 (TallySimVfs, 1);

  self->name = g_strdup (name);
  self->rand = g_rand_new_with_seed (seed);
  self->clock = clock != NULL ? g_object_ref (clock) : NULL;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) tally_sim_file_unref);
  self->ghosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) tally_sim_file_unref);
  self->names = g_ptr_array_new_with_free_func (g_free);

  self->vfs = (sqlite3_vfs) {
    .iVersion = 2,
    .szOsFile = sizeof (Handle),
    .mxPathname = 256,
    .zName = self->name,
    .xOpen = disk_open,
    .xDelete = disk_delete,
    .xAccess = disk_access,
    .xFullPathname = disk_full_pathname,
    .xRandomness = disk_randomness,
    .xSleep = disk_sleep,
    .xGetLastError = disk_get_last_error,
    .xCurrentTimeInt64 = disk_current_time,
  };
  sqlite3_vfs_register (&self->vfs, TRUE);

  /* Forgets SQLite's generator: the next use seeds it from the default VFS, this one. */
  sqlite3_randomness (0, NULL);

  return self;
}

void
tally_sim_vfs_free (TallySimVfs *self)
{
  g_assert (self->n_open == 0);

  sqlite3_vfs_unregister (&self->vfs);
  g_hash_table_unref (self->ghosts);
  g_hash_table_unref (self->files);
  g_ptr_array_unref (self->names);
  g_clear_object (&self->clock);
  g_rand_free (self->rand);
  g_free (self->name);
  g_free (self);
}

const char *
tally_sim_vfs_get_name (TallySimVfs *self)
{
  return self->name;
}

guint64
tally_sim_vfs_get_n_ops (TallySimVfs *self)
{
  return self->n_ops;
}

guint
tally_sim_vfs_get_n_open (TallySimVfs *self)
{
  return self->n_open;
}

void
tally_sim_vfs_crash_after (TallySimVfs *self,
                           guint64      n_ops)
{
  self->n_left = n_ops;
  if (n_ops == 0)
    self->dead = TRUE;
}

void
tally_sim_vfs_disarm (TallySimVfs *self)
{
  self->n_left = 0;
}

gboolean
tally_sim_vfs_is_dead (TallySimVfs *self)
{
  return self->dead;
}

/* Which file, if any, the name stands for after a loss of power. */
static gboolean
lose_name (TallySimVfs *self,
           const char  *name)
{
  TallySimFile *file = g_hash_table_lookup (self->files, name);
  TallySimFile *ghost = g_hash_table_lookup (self->ghosts, name);
  gboolean gone = file == NULL || (!file->name_synced && g_rand_boolean (self->rand));

  if (!gone)
    {
      file->name_synced = TRUE;
      return tally_sim_file_lose (file, self->rand);
    }

  if (ghost != NULL && g_rand_boolean (self->rand))
    {
      tally_sim_file_lose (ghost, self->rand);
      g_hash_table_replace (self->files, g_strdup (name), tally_sim_file_ref (ghost));
      return TRUE;
    }

  return g_hash_table_remove (self->files, name);
}

gboolean
tally_sim_vfs_restart (TallySimVfs   *self,
                       TallySimCrash  crash)
{
  gboolean lost = FALSE;

  g_assert (self->n_open == 0);

  for (guint i = 0; crash == TALLY_SIM_CRASH_POWER && i < self->names->len; i++)
    lost = lose_name (self, g_ptr_array_index (self->names, i)) || lost;

  if (crash == TALLY_SIM_CRASH_POWER)
    g_hash_table_remove_all (self->ghosts);
  self->dead = FALSE;
  self->n_left = 0;

  return lost;
}
