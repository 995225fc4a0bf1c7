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

/* The setting that names the oldest run whose pre-images are kept. */
#define TALLY_STORE_UNDO_FROM "undo-from"

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
/* The records of a statement that lists their row ids: that is over before the first is read. */
GPtrArray   *tally_store_load_listed (TallyStore     *self,
                                      TallyStatement *list,
                                      GError        **error);
gboolean     tally_store_write     (TallyStore     *self,
                                    TallyDecision  *decision,
                                    gint64          run,
                                    gboolean       *moved,
                                    GError        **error);

/* Binds the row id of a revision that is in the file (NULL: nothing); @stored: rev -> row id. */
void         tally_store_bind_revision (TallyStatement       *statement,
                                        const char           *name,
                                        const TallyRevision  *revision,
                                        GHashTable           *stored);
/* The line of history that a decision leaves, with the revisions that it pins. */
gboolean     tally_store_write_history (TallyStore           *self,
                                        const TallyDecision  *decision,
                                        gint64                run,
                                        GHashTable           *stored,
                                        GError              **error);

/* --- pre-images (tally-store-preimage.c) --- */

/* The revision of @record (nullable) that people see; nullable. */
const TallyRevision *tally_store_find_shown (const TallyRecord *record);
/* Keeps what the decision's record showed before, where @run changes that. */
gboolean     tally_store_keep_preimage (TallyStore           *self,
                                        const TallyDecision  *decision,
                                        gint64                run,
                                        GHashTable           *stored,
                                        GError              **error);

/* --- the guard; inside the caller's transaction --- */

/* It waits in a question about deletions made here. Pure. */
gboolean     tally_outbox_is_guarded  (const TallyOutboxEntry *outbox);
/* It is an edit that waits in a question. Pure. */
gboolean     tally_outbox_is_edit_guarded (const TallyOutboxEntry *outbox);
/* Names the question in a statement with :collection and :side. */
void         tally_guard_bind         (TallyStatement   *statement,
                                       const TallyGuard *guard);
gboolean     tally_store_close_guard  (TallyStore       *self,
                                       const TallyGuard *guard,
                                       gint64            answered_us,
                                       guint             n_allowed,
                                       GError          **error);
/* What a question is about that was done here leaves no more. */
gboolean     tally_store_hold_guarded (TallyStore       *self,
                                       const TallyGuard *guard,
                                       GError          **error);
/* … waits no more, since there is no question: whoever looks next may hold it again. */
gboolean     tally_store_free_guarded (TallyStore       *self,
                                       const TallyGuard *guard,
                                       GError          **error);
/* Holds those of the records that can leave; @keys: element-type utf8. */
gboolean     tally_store_hold_keys    (TallyStore       *self,
                                       TallyGuardSide    side,
                                       GPtrArray        *keys,
                                       GError          **error);
/* Writes the question down. */
gboolean     tally_store_open_guard   (TallyStore       *self,
                                       const TallyGuard *guard,
                                       guint             n_total,
                                       GError          **error);

/* What an edit makes of a record: pure. NULL when it changes nothing. */
TallyRecord *tally_record_edited   (const TallyRecord *record,
                                    gboolean           deleted,
                                    const char        *body);

G_END_DECLS
