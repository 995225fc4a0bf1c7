/* tally-server-idle.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * TallyServerIdle:
 *
 * Closes connections that clients have closed between two requests. libsoup before 3.3 reads the
 * end of such a connection and then keeps it, with its file descriptor, for ever; with a newer
 * one this does nothing. Main loop's thread; cannot fail.
 */
typedef struct _TallyServerIdle TallyServerIdle;

TallyServerIdle *tally_server_idle_new  (SoupServer       *server) G_GNUC_WARN_UNUSED_RESULT;
void             tally_server_idle_free (TallyServerIdle  *self);

G_END_DECLS
