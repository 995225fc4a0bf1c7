/* sync-rig.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sync/tally-sync.h"

#include "tests/lib/tally-fake-remote.h"

G_BEGIN_DECLS

/**
 * SyncRig:
 *
 * A store in a folder of its own, a server in memory, and runs between them. What the server is
 * asked is counted and can be met by a test, before it is answered.
 */
typedef struct
{
  char            *folder;          /* owned */
  char            *path;            /* owned */
  TallyClock      *clock;           /* owned */
  GRand           *rand;            /* owned */
  TallyStore      *store;           /* owned */
  TallyFakeRemote *remote;          /* owned */
  GCancellable    *cancellable;     /* owned; of every run */
  GHashTable      *n_asked;         /* owned; request -> how often in the last run */

  TallySyncAsk     ask;             /* what is asked of its runs */
  guint            page_rows;       /* 0: as many as usual */

  const char      *met;             /* borrowed, nullable: the request that is met */
  guint            met_at;          /* which of them in a run, from 1 */
  void           (*meet) (gpointer rig);   /* nullable: it is refused */
} SyncRig;

void            sync_rig_set_up    (SyncRig              *rig,
                                    gconstpointer         data);
void            sync_rig_tear_down (SyncRig              *rig,
                                    gconstpointer         data);
/* What a run would do; free it. */
TallyPlan      *sync_rig_plan      (SyncRig              *rig);
/* One run; free it. */
TallyRun       *sync_rig_run       (SyncRig              *rig);
TallyRun       *sync_rig_adopt     (SyncRig              *rig);
/* A run that must end with @status and, of the run as a whole, @code (NULL: none). */
void            sync_rig_expect    (SyncRig              *rig,
                                    gboolean              adopt,
                                    const char           *status,
                                    const char           *code);
/* In every run from now on, @n-th @request: calls @meet, or with NULL does not reach the server.
 * @request NULL: nothing is met any more. */
void            sync_rig_meet      (SyncRig              *rig,
                                    const char           *request,
                                    guint                 n,
                                    void                (*meet) (gpointer rig));
guint           sync_rig_n_asked   (SyncRig              *rig,
                                    const char           *request);
void            sync_rig_put       (SyncRig              *rig,
                                    const char           *key,
                                    const char           *body);
/* Nullable. */
TallyRecord    *sync_rig_get       (SyncRig              *rig,
                                    const char           *key);
TallyStoreCounts sync_rig_count    (SyncRig              *rig);
gint64          sync_rig_session   (SyncRig              *rig);
/* Another client's edit on the server; @body NULL: its deletion. */
TallyRevision  *sync_rig_edit      (SyncRig              *rig,
                                    const TallyRevision  *parent,
                                    const char           *key,
                                    const char           *body);

G_END_DECLS
