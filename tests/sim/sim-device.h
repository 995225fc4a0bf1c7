/* sim-device.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-net.h"
#include "sim/sim-user.h"
#include "sim/sim-vfs.h"
#include "store/tally-store.h"
#include "sync/tally-sync.h"

G_BEGIN_DECLS

/* One single trouble at an exact place, tried at all places one after the other. */
typedef enum
{
  TALLY_SIM_SWEEP_NONE,
  TALLY_SIM_SWEEP_KILL,        /* at the nth write or sync */
  TALLY_SIM_SWEEP_POWER,       /* at the nth write or sync */
  TALLY_SIM_SWEEP_IO_ERROR,    /* the nth call of the disk fails */
  TALLY_SIM_SWEEP_NO_MEMORY,   /* SQLite's nth allocation fails */
} TallySimSweep;

#define TALLY_SIM_STORE_PATH "store.db"

/* What a device is given. All outlives it. */
typedef struct
{
  guint           index;
  guint           n_records;
  gboolean        edits;       /* somebody works on it */
  gint32          pause_ms;    /* at most, between two things he does */
  guint32         seed;
  const TallySimImage *image;  /* nullable: what its disk holds at first */
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimNet    *net;
  TallySimLedger *ledger;
  TallySimOdds    odds;
  guint           page_rows;
  TallyGuardRule  guard;
  gint64          interval_us; /* of the agent's rule */
  gint64          until_us;    /* when its people stop */
  gint64          over_us;     /* when its agent stops */
  TallySimSweep   sweep;
  guint64         sweep_at;    /* from 1 */
} TallySimDeviceOptions;

/**
 * TallySimDevice:
 *
 * One computer: a disk, an agent that runs the engine again and again, and a user with a
 * connection to the store of his own. When the disk dies, both end, their memory is gone, and the
 * device comes back with what the disk kept.
 */
typedef struct _TallySimDevice TallySimDevice;

/* Its two actors are ready to run. */
TallySimDevice *tally_sim_device_new         (const TallySimDeviceOptions  *options)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* Closed. */
void            tally_sim_device_free        (TallySimDevice               *self);
const char     *tally_sim_device_get_name    (TallySimDevice               *self);
/* From here on nothing new goes wrong with it, and its people answer what it asks them. */
void            tally_sim_device_heal        (TallySimDevice               *self);
/* Why its last run failed; NULL: it did not. */
const TallyReason *tally_sim_device_get_last_failure (TallySimDevice        *self);
/* The sweep's trouble has come. */
gboolean        tally_sim_device_was_swept   (TallySimDevice               *self);
/* Both actors have ended. */
/* Nobody but the agents does anything any more. */
void            tally_sim_device_calm        (TallySimDevice               *self);
/* It has brought everything home by itself since then. */
gboolean        tally_sim_device_is_home     (TallySimDevice               *self);
/* Its agent stops now. */
void            tally_sim_device_rest        (TallySimDevice               *self);
gboolean        tally_sim_device_is_over     (TallySimDevice               *self);

/* --- afterwards, on the actor that asks --- */

/* Opens the store again, on a disk that holds from now on. */
gboolean        tally_sim_device_open        (TallySimDevice               *self);
void            tally_sim_device_close       (TallySimDevice               *self);
TallyStore     *tally_sim_device_get_store   (TallySimDevice               *self);
TallySimUser   *tally_sim_device_get_user    (TallySimDevice               *self);
TallySimVfs    *tally_sim_device_get_disk    (TallySimDevice               *self);
/* A person says that what the server has is right, if that is asked and the question came about by
 * chance alone. */
gboolean        tally_sim_device_adopt       (TallySimDevice               *self,
                                              const TallyRun               *run);
/* One run; NULL: the store failed, which is a failure of the seed. */
TallyRun       *tally_sim_device_sync        (TallySimDevice               *self,
                                              TallyProof                    proof) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimDevice, tally_sim_device_free)

G_END_DECLS
