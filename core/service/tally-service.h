/* tally-service.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-conflict-queue.h"
#include "service/tally-sync-manager.h"

G_BEGIN_DECLS

/**
 * TallyService:
 *
 * Owns everything that keeps one store and one server in agreement, and wires it: the store's
 * lock, the threads, the manager of runs, the network monitor, the queue of conflicts. It refuses
 * to know who asks: a bus, a window or a program. Main loop of its maker. Opening fails with the
 * errors of the lock, the store and the database.
 *
 * Signal "event" (a number that grows by one, type, envelope), as on the bus.
 */
#define TALLY_TYPE_SERVICE (tally_service_get_type ())
G_DECLARE_FINAL_TYPE (TallyService, tally_service, TALLY, SERVICE, GObject)

/* Takes the lock at once: %NULL with %TALLY_STORE_ERROR_LOCKED when another process has it. */
TallyService        *tally_service_new                   (const TallyServiceOptions  *options,
                                                          GError                    **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* Opens the store; with a scheduler, runs begin. */
void                 tally_service_open_async            (TallyService               *self,
                                                          GCancellable               *cancellable,
                                                          GAsyncReadyCallback         callback,
                                                          gpointer                    user_data);
gboolean             tally_service_open_finish           (TallyService               *self,
                                                          GAsyncResult               *result,
                                                          GError                    **error);
/* Ends a run after its batch; the last reference may be dropped then. */
void                 tally_service_close_async           (TallyService               *self,
                                                          GAsyncReadyCallback         callback,
                                                          gpointer                    user_data);
gboolean             tally_service_close_finish          (TallyService               *self,
                                                          GAsyncResult               *result,
                                                          GError                    **error);

/* The envelopes of the events after @seq that are still remembered, oldest first. */
char               **tally_service_list_events           (TallyService               *self,
                                                          guint64                     seq)
                                                          G_GNUC_WARN_UNUSED_RESULT;
const char          *tally_service_get_store_path        (TallyService               *self);
TallySyncManager    *tally_service_get_manager           (TallyService               *self);
TallyConflictQueue  *tally_service_get_conflicts         (TallyService               *self);
TallyNetworkMonitor *tally_service_get_network           (TallyService               *self);
TallyStoreAccess    *tally_service_get_access            (TallyService               *self);
/* The private socket's address, for others to find in the lock file. */
gboolean             tally_service_set_address           (TallyService               *self,
                                                          const char                 *address,
                                                          GError                    **error);

G_END_DECLS
