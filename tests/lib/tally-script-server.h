/* tally-script-server.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyScriptFault:
 * @TALLY_SCRIPT_ANSWER: none: the answer goes out whole
 * @TALLY_SCRIPT_RESET: takes the request, then drops the connection without a byte
 * @TALLY_SCRIPT_TRUNCATE: promises the whole body, sends half of it, drops the connection
 * @TALLY_SCRIPT_STALL: takes the request and stays silent
 * @TALLY_SCRIPT_NOISE: answers something that is not HTTP
 */
typedef enum
{
  TALLY_SCRIPT_ANSWER,
  TALLY_SCRIPT_RESET,
  TALLY_SCRIPT_TRUNCATE,
  TALLY_SCRIPT_STALL,
  TALLY_SCRIPT_NOISE,
} TallyScriptFault;

/**
 * TallyScriptServer:
 *
 * A server on 127.0.0.1 that answers the n-th request with the n-th answer queued, whatever was
 * asked, and keeps a log of what was. Runs on a thread of its own, so that a blocking client can
 * be tested against it in one process. All functions are for the test's thread.
 * A request beyond the script gets 599.
 */
typedef struct _TallyScriptServer TallyScriptServer;

TallyScriptServer *tally_script_server_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void               tally_script_server_free        (TallyScriptServer *self);
char              *tally_script_server_dup_url     (TallyScriptServer *self,
                                                    const char        *path) G_GNUC_WARN_UNUSED_RESULT;

void               tally_script_server_queue       (TallyScriptServer *self,
                                                    guint              status,
                                                    const char        *content_type,
                                                    const char        *body);
void               tally_script_server_queue_json  (TallyScriptServer *self,
                                                    guint              status,
                                                    const char        *body);
void               tally_script_server_queue_bytes (TallyScriptServer *self,
                                                    guint              status,
                                                    const char        *content_type,
                                                    GBytes            *body);
void               tally_script_server_queue_gzip  (TallyScriptServer *self,
                                                    guint              status,
                                                    const char        *content_type,
                                                    const char        *body);
void               tally_script_server_queue_fault (TallyScriptServer *self,
                                                    TallyScriptFault   fault,
                                                    const char        *body);
/* A header more for the answer queued last. */
void               tally_script_server_add_header  (TallyScriptServer *self,
                                                    const char        *name,
                                                    const char        *value);

/* Requests that arrived: a client's library may send one twice. */
guint              tally_script_server_get_n_hits  (TallyScriptServer *self);
/* "POST /db/_bulk_docs?x=y" of the n-th request, counted from 0; "" when there was none. */
char              *tally_script_server_dup_request (TallyScriptServer *self,
                                                    guint              n) G_GNUC_WARN_UNUSED_RESULT;
char              *tally_script_server_dup_body    (TallyScriptServer *self,
                                                    guint              n) G_GNUC_WARN_UNUSED_RESULT;
/* NULL when the n-th request had no such header. */
char              *tally_script_server_dup_header  (TallyScriptServer *self,
                                                    guint              n,
                                                    const char        *name) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyScriptServer, tally_script_server_free)

G_END_DECLS
