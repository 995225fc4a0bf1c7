/* sim-vfs.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

G_BEGIN_DECLS

/* How a device goes down. */
typedef enum
{
  TALLY_SIM_CRASH_KILL,    /* the process dies: the kernel keeps what was written */
  TALLY_SIM_CRASH_POWER,   /* power is lost: what was not synced is at the mercy of the seed */
} TallySimCrash;

/**
 * TallySimVfs:
 *
 * A device's disk in memory, registered with SQLite under a name of its own. It knows which bytes
 * were synced and which were only written, can die at a chosen write, and comes back with an
 * image that a real disk could show. It can be full, and fail a call or some without dying.
 * SQLite's chance and time come from it as well.
 *
 * Not locked: exactly one thread may run at a time, as the baton sees to. Once dead, every call
 * but closing fails with SQLITE_IOERR until the restart.
 */
typedef struct _TallySimVfs TallySimVfs;

/* All files of a disk at one moment. */
typedef struct _TallySimImage TallySimImage;

typedef void (*TallySimYieldFunc) (gpointer data);

/* Once, before any other use of SQLite in the process: as only one thread runs at a time, its
 * locks may go. */
void         tally_sim_vfs_set_up      (void);

/* @clock: (nullable): dates and sleeps. The newest disk is SQLite's default VFS, which seeds
 * SQLite's generator. */
TallySimVfs *tally_sim_vfs_new         (const char     *name,
                                        guint32         seed,
                                        TallyClock     *clock) G_GNUC_WARN_UNUSED_RESULT;
/* No file may be open. */
void         tally_sim_vfs_free        (TallySimVfs    *self);
const char  *tally_sim_vfs_get_name    (TallySimVfs    *self);

/* Writes, truncations, syncs and deletions so far. */
guint64      tally_sim_vfs_get_n_ops   (TallySimVfs    *self);
guint        tally_sim_vfs_get_n_open  (TallySimVfs    *self);

/* Dies in the middle of the @n_ops-th operation from now; 0: right now. */
void         tally_sim_vfs_crash_after (TallySimVfs    *self,
                                        guint64         n_ops);
/* No crash and no failure is to come any more. */
void         tally_sim_vfs_disarm      (TallySimVfs    *self);
gboolean     tally_sim_vfs_is_dead     (TallySimVfs    *self);
/* Back up with what the crash left. No file may be open. Returns whether anything was lost. */
gboolean     tally_sim_vfs_restart     (TallySimVfs    *self,
                                        TallySimCrash   crash);

/* While full, what would make a file grow fails with SQLITE_FULL and does nothing; the rest
 * works. Memory shared between connections is no disk. */
void         tally_sim_vfs_set_full    (TallySimVfs    *self,
                                        gboolean        full);

/* Calls so far that may fail on a real disk: all but closing, unlocking and looking at locks. */
guint64      tally_sim_vfs_get_n_calls (TallySimVfs    *self);
/* The @n_calls-th of them from now, 1: the next, and the following @n_times - 1 fail with
 * SQLITE_IOERR or, at opening, SQLITE_CANTOPEN. Nothing is done, but a write does its first half.
 * The calls after them work again. Crashes are counted apart. */
void         tally_sim_vfs_fail_after  (TallySimVfs    *self,
                                        guint64         n_calls,
                                        guint           n_times);
/* While held, calls are neither counted nor made to fail: somebody only looks. */
void         tally_sim_vfs_hold        (TallySimVfs    *self,
                                        gboolean        on);
/* Whether any call was made to fail so far; a full disk does not count. */
gboolean     tally_sim_vfs_has_failed  (TallySimVfs    *self);

/* @func: (nullable): called when a connection has let go of the log's write lock, between two
 * transactions; others may run, and use the disk, until it returns. Never on a dead disk. */
void         tally_sim_vfs_set_yield   (TallySimVfs       *self,
                                        TallySimYieldFunc  func,
                                        gpointer           data);

/* What programs see now, as a backup would copy it: no transaction may be under way. */
TallySimImage *tally_sim_vfs_snapshot  (TallySimVfs    *self) G_GNUC_WARN_UNUSED_RESULT;
/* Afterwards the disk holds these files, all synced, and no others. No file may be open. The
 * image may come from another disk. */
void         tally_sim_vfs_load        (TallySimVfs         *self,
                                        const TallySimImage *image);
void         tally_sim_image_free      (TallySimImage       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimVfs, tally_sim_vfs_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimImage, tally_sim_image_free)

G_END_DECLS
