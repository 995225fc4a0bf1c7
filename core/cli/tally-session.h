/* tally-session.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"

G_BEGIN_DECLS

/**
 * TallySession:
 *
 * The way to whoever holds the store: the agent on the session bus, the holder's private socket,
 * or a service of our own in this process, without scheduler, for as long as the command lasts.
 * Knows nothing of the commands. Main thread.
 */
typedef struct _TallySession TallySession;

/* @store_path NULL: the agent's, else the default store. */
TallySession *tally_session_open      (const char    *store_path,
                                       GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void          tally_session_close     (TallySession  *self);
TallyBusSync *tally_session_get_proxy (TallySession  *self);

/* Whether @error only says that another command's process, which held the store until now, has
 * ended: what was asked of it was not done, open again. */
gboolean      tally_session_is_over   (TallySession  *self,
                                       const GError  *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySession, tally_session_close)

G_END_DECLS
