/* tally-conflict-queue.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-store-access.h"

G_BEGIN_DECLS

/**
 * TallyConflictQueue:
 *
 * The conflicts that wait for a person. Property "n-conflicts"; signals "opened" and "resolved",
 * each with how many. Refuses to know how conflicts come about; settling one is an ordinary edit.
 * Main loop of its maker. Fails like TallyStoreAccess; a conflict that moved since it was shown
 * is STALE.
 */
#define TALLY_TYPE_CONFLICT_QUEUE (tally_conflict_queue_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictQueue, tally_conflict_queue, TALLY, CONFLICT_QUEUE, GObject)

TallyConflictQueue *tally_conflict_queue_new             (TallyStoreAccess     *access)
  G_GNUC_WARN_UNUSED_RESULT;
guint               tally_conflict_queue_get_n_conflicts (TallyConflictQueue   *self);
/* For who counts them. */
void                tally_conflict_queue_set_n_conflicts (TallyConflictQueue   *self,
                                                          guint                 n_conflicts);
void                tally_conflict_queue_list_async      (TallyConflictQueue   *self,
                                                          guint                 offset,
                                                          guint                 limit,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
/* The JSON of ListConflicts. */
char               *tally_conflict_queue_list_finish     (TallyConflictQueue   *self,
                                                          GAsyncResult         *result,
                                                          GError              **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* @fields: (nullable): of type a(sss), as Resolve takes it; floating references are sunk. */
void                tally_conflict_queue_resolve_async   (TallyConflictQueue   *self,
                                                          const char           *key,
                                                          const char           *shown,
                                                          const char           *take,
                                                          GVariant             *fields,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
/* The resulting revision. */
char               *tally_conflict_queue_resolve_finish  (TallyConflictQueue   *self,
                                                          GAsyncResult         *result,
                                                          GError              **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
