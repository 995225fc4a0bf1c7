/* tally-push-queue.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "store/tally-store.h"
#include "sync/tally-order.h"

G_BEGIN_DECLS

/**
 * TallyPushQueue:
 *
 * The edits that can leave in one round, in the order that was declared: what a record names goes
 * before it, then the greater priority, then the older edit. Knows what each waits for; sends
 * nothing itself. For one round, on the run's thread.
 */
typedef struct _TallyPushQueue TallyPushQueue;

/* Reads the ids and references of all that is due at @date_us. */
TallyPushQueue *tally_push_queue_new        (TallyStore        *store,
                                             const TallyOrder  *order,
                                             gint64             date_us,
                                             GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void            tally_push_queue_free       (TallyPushQueue    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyPushQueue, tally_push_queue_free)

/* The next ones, at most @limit, as they stand now (element-type TallyRecord); none that names
 * another one of them. Empty: there are no more. */
GPtrArray      *tally_push_queue_take       (TallyPushQueue    *self,
                                             guint              limit,
                                             GError           **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of those that were taken, all from the @n-th on come again. */
void            tally_push_queue_put_back   (TallyPushQueue    *self,
                                             guint              n);
/* It has not arrived: whatever names it waits. */
void            tally_push_queue_note_stuck (TallyPushQueue    *self,
                                             const char        *key);
/* key -> key: what waits, and for what. */
GHashTable     *tally_push_queue_get_waiting(TallyPushQueue    *self);
/* The ids of records that name each other in a ring (element-type utf8): they are sent all the
 * same, one of them before what it names. */
GPtrArray      *tally_push_queue_get_rings  (TallyPushQueue    *self);

G_END_DECLS
