/* tally-worker.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyWorker:
 *
 * One named thread with one ordered queue of GTasks: the door between the main-loop folders and
 * the blocking ones. Knows nothing of what runs on it. Owned and pushed to from any thread;
 * the last reference must not be dropped on the worker's own thread.
 * Disposing it runs what is queued, then joins the thread.
 */
#define TALLY_TYPE_WORKER (tally_worker_get_type ())
G_DECLARE_FINAL_TYPE (TallyWorker, tally_worker, TALLY, WORKER, GObject)

TallyWorker *tally_worker_new            (const char      *name) G_GNUC_WARN_UNUSED_RESULT;
/* Runs @func with the task's source, data and cancellable on the worker; @func returns through
 * the task. Takes no reference of yours: pass the task as it is. */
void         tally_worker_push           (TallyWorker     *self,
                                          GTask           *task,
                                          GTaskThreadFunc  func);
gboolean     tally_worker_is_current     (TallyWorker     *self);

G_END_DECLS
