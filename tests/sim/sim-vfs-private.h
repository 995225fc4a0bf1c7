/* sim-vfs-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-file-private.h"
#include "sim/sim-vfs.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* What sim-vfs.c and sim-handle.c share: the disk, and an open file as SQLite holds it. */

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
  gboolean     full;

  guint64      n_calls;
  guint64      fail_first;   /* of n_calls; nothing is to fail where both are equal */
  guint64      fail_end;     /* the first that works again */
  gboolean     has_failed;
  gboolean     held;

  TallySimYieldFunc yield;   /* nullable */
  gpointer     yield_data;   /* unowned */
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
} TallySimHandle;

/* Counts a call that may fail on a real disk. FALSE: this one does. */
gboolean tally_sim_vfs_try         (TallySimVfs    *self);
/* Counts an operation that changes the disk. FALSE: this is where it dies. */
gboolean tally_sim_vfs_survive     (TallySimVfs    *self);
/* All names are now as they are seen: new ones stay, deleted ones are gone for good. */
void     tally_sim_vfs_sync_folder (TallySimVfs    *self);

/* A file of a name that is not there. */
void     tally_sim_vfs_add_file    (TallySimVfs    *self,
                                    const char     *name,
                                    TallySimFile   *file);

/* Fills SQLite's @handle. @name: (nullable): a temporary file. */
void     tally_sim_handle_init     (TallySimHandle *self,
                                    TallySimVfs    *disk,
                                    TallySimFile   *file,
                                    const char     *name);

G_END_DECLS
