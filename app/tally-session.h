/* tally-session.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SESSION (tally_session_get_type ())
G_DECLARE_FINAL_TYPE (TallySession, tally_session, TALLY, SESSION, GObject)

TallySession *tally_session_new        (const char   *store,
                                        const char   *address) G_GNUC_WARN_UNUSED_RESULT;

TallyClient  *tally_session_get_client (TallySession *self);
void          tally_session_connect    (TallySession *self);
void          tally_session_sync       (TallySession *self,
                                        const char   *proof);
void          tally_session_set_paused (TallySession *self,
                                        gboolean      paused);

G_END_DECLS
