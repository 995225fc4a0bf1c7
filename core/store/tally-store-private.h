/* tally-store-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "db/tally-db.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/* The one connection whose checkpoint is kept; a store has one server. */
#define TALLY_STORE_CHECKPOINT "pull"

struct _TallyStore
{
  TallyDb    *db;        /* owned */
  TallyClock *clock;     /* owned */
  char       *device;    /* owned */
};

/* Reading and writing whole records; the transaction is the caller's. */

gboolean     tally_store_load      (TallyStore     *self,
                                    const char     *key,
                                    TallyRecord   **record,
                                    GError        **error);
gboolean     tally_store_load_id   (TallyStore     *self,
                                    gint64          id,
                                    TallyRecord   **record,
                                    GError        **error);
gboolean     tally_store_write     (TallyStore     *self,
                                    TallyDecision  *decision,
                                    gint64          run,
                                    gboolean       *moved,
                                    GError        **error);

/* What an edit makes of a record: pure. NULL when it changes nothing. */
TallyRecord *tally_record_edited   (const TallyRecord *record,
                                    gboolean           deleted,
                                    const char        *body);

G_END_DECLS
