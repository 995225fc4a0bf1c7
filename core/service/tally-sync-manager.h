/* tally-sync-manager.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-network-monitor.h"
#include "service/tally-service-options.h"
#include "service/tally-store-thread.h"
#include "sync/tally-sync-ask.h"

G_BEGIN_DECLS

/**
 * TallySyncManager:
 *
 * Decides when a run starts, starts it on the engine's thread, and says how the halves stand.
 * It owns the connection (server, credentials, paused) and refuses to know single records. Main
 * loop of its maker. A run that fails is a state, not an error; only a store that can't be
 * written is.
 *
 * Properties, named like those of the bus: "connection", "state", "reason" (JSON), "progress"
 * ((sttut)), "records", "pending", "oldest-pending", "held", "quarantined", "conflicts", "guarded", "grade",
 * "checked-at", "next-run", "last-run" (JSON), "paused".
 * Signal "event" with a type and a JSON text, as on the bus.
 */
#define TALLY_TYPE_SYNC_MANAGER (tally_sync_manager_get_type ())
G_DECLARE_FINAL_TYPE (TallySyncManager, tally_sync_manager, TALLY, SYNC_MANAGER, GObject)

/* @edits: the thread of reads and edits; @engine: another one on the same store, for runs. */
TallySyncManager  *tally_sync_manager_new            (const TallyServiceOptions  *options,
                                                      TallyStoreThread           *edits,
                                                      TallyStoreThread           *engine,
                                                      TallyNetworkMonitor        *network,
                                                      TallyClock                 *clock,
                                                      GRand                      *rand)
  G_GNUC_WARN_UNUSED_RESULT;

/* Reads what the store says and, with a scheduler that is not held, starts running. */
void               tally_sync_manager_load_async     (TallySyncManager           *self,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
gboolean           tally_sync_manager_load_finish    (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error);

/* Starts a run or joins the one under way; answers when one that serves @ask (nullable: an ordinary
 * one) has ended. */
void               tally_sync_manager_run_async      (TallySyncManager           *self,
                                                      const char                 *trigger,
                                                      const TallySyncAsk         *ask,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
/* The run's object. */
char              *tally_sync_manager_run_finish     (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* What a run would do: its object. */
void               tally_sync_manager_plan_async     (TallySyncManager           *self,
                                                      gboolean                    lists,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
char              *tally_sync_manager_plan_finish    (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error)
  G_GNUC_WARN_UNUSED_RESULT;
void               tally_sync_manager_cancel         (TallySyncManager           *self);

/* Ends a run against another server first. @user and @password "": as before; for another server
 * than before: none. */
void               tally_sync_manager_connect_async  (TallySyncManager           *self,
                                                      const char                 *url,
                                                      const char                 *user,
                                                      const char                 *password,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
gboolean           tally_sync_manager_connect_finish (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error);
void               tally_sync_manager_pause_async    (TallySyncManager           *self,
                                                      gboolean                    paused,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
gboolean           tally_sync_manager_pause_finish   (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error);
/* Counts afresh and answers with the object of `tallyctl status`. */
void               tally_sync_manager_status_async   (TallySyncManager           *self,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
char              *tally_sync_manager_status_finish  (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* {"connections":[…]} */
char              *tally_sync_manager_dup_connections(TallySyncManager           *self)
  G_GNUC_WARN_UNUSED_RESULT;

/* For whoever wrote to the store: there is something to send. */
void               tally_sync_manager_note_edit      (TallySyncManager           *self);
/* (nullable): what keeps runs from starting by themselves. */
const TallyReason *tally_sync_manager_get_obstacle   (TallySyncManager           *self);
/* (nullable) */
const char        *tally_sync_manager_get_database   (TallySyncManager           *self);
/* (nullable): without user and password */
const char        *tally_sync_manager_get_url        (TallySyncManager           *self);
/* Of the run under way; 0: there is none, or it is not written down yet. */
gint64             tally_sync_manager_get_run_id     (TallySyncManager           *self);

/* Ends a run after its batch and starts no other; answers when all is quiet. */
void               tally_sync_manager_stop_async     (TallySyncManager           *self,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
gboolean           tally_sync_manager_stop_finish    (TallySyncManager           *self,
                                                      GAsyncResult               *result,
                                                      GError                    **error);

G_END_DECLS
