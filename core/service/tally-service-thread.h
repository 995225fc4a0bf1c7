/* tally-service-thread.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"
#include "service/tally-service-options.h"

G_BEGIN_DECLS

/**
 * TallyServiceThread:
 *
 * A service in this process for programs that speak to it in plain calls: a thread with a main
 * loop of its own, reached over a socket pair by the same interface as the agent. Not for
 * sharing: one thread starts and stops it.
 */
typedef struct _TallyServiceThread TallyServiceThread;

/* Waits until the store is open. */
TallyServiceThread *tally_service_thread_start          (const TallyServiceOptions  *options,
                                                         GCancellable               *cancellable,
                                                         GError                    **error)
                                                         G_GNUC_WARN_UNUSED_RESULT;
/* (transfer none) */
GDBusConnection    *tally_service_thread_get_connection (TallyServiceThread         *self);
/* Ends a run after its batch, closes the store, joins the thread. */
void                tally_service_thread_stop           (TallyServiceThread         *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServiceThread, tally_service_thread_stop)

/* $XDG_DATA_HOME/tallystick/default.tally; the folder is made when it is not there. */
char               *tally_service_dup_default_path      (void) G_GNUC_WARN_UNUSED_RESULT;

/* Whoever may open the store: its holder's private socket, or, when nobody holds it, a service of
 * our own, then given in *thread (stop it after the client is gone). A holder that can't be talked
 * to is waited for, up to 10 s; then %TALLY_CLIENT_ERROR_LOCKED names its process. */
TallyClient        *tally_service_thread_reach          (const TallyServiceOptions  *options,
                                                         TallyServiceThread        **thread,
                                                         GCancellable               *cancellable,
                                                         GError                    **error)
                                                         G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
