/* sim-file-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TALLY_SIM_SHM_LOCKS 8   /* SQLITE_SHM_NLOCK */

/**
 * TallySimFile:
 *
 * One file of a simulated disk: what programs see, and what leads back from there to what surely
 * survives a loss of power. So a write costs what it replaces, a sync nothing. A plain structure
 * of sim-vfs.c's, sim-handle.c's and its own.
 */
typedef struct
{
  int         n_refs;
  GByteArray *seen;          /* what a read gives */
  GArray     *writes;        /* Write: since the last sync, oldest first */
  GByteArray *replaced;      /* what they replaced or cut off */
  gboolean    name_synced;   /* the directory entry survives as well */

  /* Locks of SQLite's open connections. */
  guint       n_shared;
  gpointer    reserved;      /* handle, nullable */
  gpointer    pending;
  gpointer    exclusive;

  /* Shared memory of the write-ahead log's index. */
  GPtrArray  *regions;
  guint       n_mapped;
  guint       shm_shared[TALLY_SIM_SHM_LOCKS];
  gpointer    shm_exclusive[TALLY_SIM_SHM_LOCKS];
} TallySimFile;

TallySimFile *tally_sim_file_new      (void) G_GNUC_WARN_UNUSED_RESULT;
TallySimFile *tally_sim_file_ref      (TallySimFile  *self);
void          tally_sim_file_unref    (TallySimFile  *self);

void          tally_sim_file_write    (TallySimFile  *self,
                                       gint64         offset,
                                       const guint8  *bytes,
                                       gsize          length);
void          tally_sim_file_truncate (TallySimFile  *self,
                                       gint64         size);
void          tally_sim_file_sync     (TallySimFile  *self);
/* The file after a loss of power: a seeded part of the unsynced writes made it. Returns whether
 * any did not. */
gboolean      tally_sim_file_lose     (TallySimFile  *self,
                                       GRand         *rand);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimFile, tally_sim_file_unref)

G_END_DECLS
