/* tally-store-access.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-reason.h"
#include "service/tally-store-thread.h"

G_BEGIN_DECLS

/**
 * TallyStoreAccess:
 *
 * Reads and edits of the store, named and shaped like the bus methods, run one after the other on
 * the store's thread. Knows nothing of servers and runs. Main loop of its maker. A call fails
 * with the domains of store, db, model and json.
 *
 * Signals: "changed" with the record's key (NULL: many) after a write; "settled" with the key
 * after a conflict was settled.
 */
#define TALLY_TYPE_STORE_ACCESS (tally_store_access_get_type ())
G_DECLARE_FINAL_TYPE (TallyStoreAccess, tally_store_access, TALLY, STORE_ACCESS, GObject)

TallyStoreAccess *tally_store_access_new          (TallyStoreThread     *thread)
  G_GNUC_WARN_UNUSED_RESULT;
/* What the answers of ListCollections and Why need to know of the rest of the world. */
void              tally_store_access_set_database (TallyStoreAccess     *self,
                                                   const char           *database);
void              tally_store_access_set_obstacle (TallyStoreAccess     *self,
                                                   const TallyReason    *obstacle);
gboolean          tally_store_access_has_method   (const char           *method);
/* @fd is taken over; -1: none. */
void              tally_store_access_call_async   (TallyStoreAccess     *self,
                                                   const char           *method,
                                                   GVariant             *parameters,
                                                   int                   fd,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
/* Returns: (transfer full): the method's results. */
GVariant         *tally_store_access_call_finish  (TallyStoreAccess     *self,
                                                   GAsyncResult         *result,
                                                   GError              **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
