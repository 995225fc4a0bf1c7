/* tally-long-poll.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-credentials.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyLongPoll:
 *
 * Listens on a CouchDB `_changes` feed by long poll and says one thing: the server moved. It
 * carries no data; the pull is the one way in. It refuses to know records, checkpoints' meaning
 * and schedules. Lives on the thread-default context it was made on, with a session of its own.
 * It does not fail: what goes wrong makes it wait and call again; refused credentials make it
 * silent until it is told to listen again.
 *
 * Property "healthy": a request is open and the server is heard. Signal "poked": the server moved
 * since what listen() was told; silent then until the next listen().
 */
#define TALLY_TYPE_LONG_POLL (tally_long_poll_get_type ())
G_DECLARE_FINAL_TYPE (TallyLongPoll, tally_long_poll, TALLY, LONG_POLL, GObject)

TallyLongPoll *tally_long_poll_new           (GRand             *rand) G_GNUC_WARN_UNUSED_RESULT;
/* How often the server is asked to give a sign of life, milliseconds. */
void           tally_long_poll_set_heartbeat (TallyLongPoll     *self,
                                              guint              heartbeat_ms);
void           tally_long_poll_listen        (TallyLongPoll     *self,
                                              const char        *url,
                                              TallyCredentials  *credentials,
                                              const char        *since);
void           tally_long_poll_stop          (TallyLongPoll     *self);
gboolean       tally_long_poll_is_healthy    (TallyLongPoll     *self);

G_END_DECLS
