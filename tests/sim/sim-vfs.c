/* sim-vfs.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-vfs-private.h"

#include <malloc.h>

/* More than any process of the simulator needs at once. */
#define HEAP_BYTES (256 * 1024 * 1024)

gboolean
tally_sim_vfs_try (TallySimVfs *self)
{
  gboolean fails;

  if (self->held)
    return TRUE;

  self->n_calls++;
  fails = self->n_calls >= self->fail_first && self->n_calls < self->fail_end;
  self->has_failed = self->has_failed || fails;

  return !fails;
}

gboolean
tally_sim_vfs_survive (TallySimVfs *self)
{
  if (self->dead)
    return FALSE;

  self->n_ops++;
  if (self->n_left > 0 && --self->n_left == 0)
    self->dead = TRUE;

  return !self->dead;
}

void
tally_sim_vfs_sync_folder (TallySimVfs *self)
{
  for (guint i = 0; i < self->names->len; i++)
    {
      TallySimFile *file = g_hash_table_lookup (self->files, g_ptr_array_index (self->names, i));

      if (file != NULL)
        file->name_synced = TRUE;
    }

  g_hash_table_remove_all (self->ghosts);
}

void
tally_sim_vfs_add_file (TallySimVfs  *self,
                        const char   *name,
                        TallySimFile *file)
{
  g_hash_table_insert (self->files, g_strdup (name), tally_sim_file_ref (file));
  if (!g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
    g_ptr_array_add (self->names, g_strdup (name));
}

static int
disk_open (sqlite3_vfs  *vfs,
           const char   *name,
           sqlite3_file *file,
           int           flags,
           int          *out_flags)
{
  TallySimVfs *self = (TallySimVfs *) vfs;
  TallySimFile *found = name != NULL ? g_hash_table_lookup (self->files, name) : NULL;
  g_autoptr (TallySimFile) opened = NULL;

  file->pMethods = NULL;
  if (self->dead)
    return SQLITE_IOERR;
  if (!tally_sim_vfs_try (self))
    return SQLITE_CANTOPEN;
  if (found == NULL && name != NULL && !(flags & SQLITE_OPEN_CREATE))
    return SQLITE_CANTOPEN;

  opened = found != NULL ? tally_sim_file_ref (found) : tally_sim_file_new ();
  if (found == NULL && name != NULL)
    tally_sim_vfs_add_file (self, name, opened);
  tally_sim_handle_init ((TallySimHandle *) file, self, opened, name);

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

  if (self->dead || !tally_sim_vfs_try (self) || !tally_sim_vfs_survive (self))
    return SQLITE_IOERR_DELETE;
  if (file == NULL)
    return SQLITE_IOERR_DELETE_NOENT;

  if (file->name_synced)
    g_hash_table_replace (self->ghosts, g_strdup (name), tally_sim_file_ref (file));
  g_hash_table_remove (self->files, name);
  if (folder_too)
    tally_sim_vfs_sync_folder (self);

  return SQLITE_OK;
}

static int
disk_access (sqlite3_vfs *vfs,
             const char  *name,
             int          flags,
             int         *yes)
{
  TallySimVfs *self = (TallySimVfs *) vfs;

  if (self->dead || !tally_sim_vfs_try (self))
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

  /* Each world needs about what the one before it gave back: the kernel need not clear it again. */
  mallopt (M_TRIM_THRESHOLD, HEAP_BYTES);
  mallopt (M_MMAP_THRESHOLD, 32 * 1024 * 1024);
  mallopt (M_TOP_PAD, 4 * 1024 * 1024);
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
    .szOsFile = sizeof (TallySimHandle),
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
  self->fail_first = self->fail_end = 0;
}

gboolean
tally_sim_vfs_is_dead (TallySimVfs *self)
{
  return self->dead;
}

void
tally_sim_vfs_set_full (TallySimVfs *self,
                        gboolean     full)
{
  self->full = full;
}

guint64
tally_sim_vfs_get_n_calls (TallySimVfs *self)
{
  return self->n_calls;
}

void
tally_sim_vfs_fail_after (TallySimVfs *self,
                          guint64      n_calls,
                          guint        n_times)
{
  g_assert (n_calls > 0);

  self->fail_first = self->n_calls + n_calls;
  self->fail_end = self->fail_first + n_times;
}

void
tally_sim_vfs_hold (TallySimVfs *self,
                    gboolean     on)
{
  self->held = on;
}

gboolean
tally_sim_vfs_has_failed (TallySimVfs *self)
{
  return self->has_failed;
}

void
tally_sim_vfs_set_yield (TallySimVfs       *self,
                         TallySimYieldFunc  func,
                         gpointer           data)
{
  self->yield = func;
  self->yield_data = data;
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
