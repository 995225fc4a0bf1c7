/* tally-server-stream.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "server/tally-server-reply.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * TallyServerStream:
 *
 * Sends one answer over one message: whole or piece by piece, packed where the client takes it
 * and it is worth it. Owns itself until the message is finished. Main loop's thread.
 */
typedef struct _TallyServerStream TallyServerStream;

/* Called when the message is over and the stream about to go. */
typedef void (* TallyServerStreamDone) (TallyServerStream *self,
                                        gpointer           data);

/* @reply: (transfer full). Starts to send; NULL when the whole of it is handed over already. */
TallyServerStream *tally_server_stream_start (SoupServerMessage      *message,
                                              TallyServerReply       *reply,
                                              TallyClock             *clock,
                                              TallyServerStreamDone   done,
                                              gpointer                data);
/* Asks a waiting producer again. */
void               tally_server_stream_wake  (TallyServerStream      *self);

G_END_DECLS
