/* tally-soup-thread.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * TallySoupThread:
 *
 * A libsoup server on 127.0.0.1 with a thread of its own, so that a blocking client can be tested
 * against it in one process. All functions are for the test's thread.
 */
typedef struct _TallySoupThread TallySoupThread;

/* Listens when it returns. @callback: called on the server's thread, for every request. */
TallySoupThread *tally_soup_thread_new     (SoupServerCallback  callback,
                                            gpointer            user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Stops listening, drops every connection, and ends the thread. */
void             tally_soup_thread_free    (TallySoupThread    *self);
/* @path: begins with a slash. */
char            *tally_soup_thread_dup_url (TallySoupThread    *self,
                                            const char         *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
