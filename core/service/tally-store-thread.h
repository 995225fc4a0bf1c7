/* tally-store-thread.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallyStoreThread:
 *
 * A store open on a worker thread of its own, and a queue of jobs for it. Opens with the first
 * job; a store that can't be opened fails every job with the same error. Knows nothing of the
 * jobs. Used from the main loop's thread.
 */
#define TALLY_TYPE_STORE_THREAD (tally_store_thread_get_type ())
G_DECLARE_FINAL_TYPE (TallyStoreThread, tally_store_thread, TALLY, STORE_THREAD, GObject)

/* Runs on the store's thread and returns through the task. */
typedef void (*TallyStoreJob) (GTask        *task,
                               TallyStore   *store,
                               gpointer      task_data,
                               GCancellable *cancellable);

TallyStoreThread *tally_store_thread_new  (const char        *name,
                                           const char        *path,
                                           TallyClock        *clock,
                                           GRand             *rand) G_GNUC_WARN_UNUSED_RESULT;
void              tally_store_thread_push (TallyStoreThread  *self,
                                           GTask             *task,
                                           TallyStoreJob      job);

G_END_DECLS
