/* sim-server.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "http/tally-transport.h"
#include "server/tally-server-request.h"
#include "sim/sim-trace.h"

G_BEGIN_DECLS

#define TALLY_SIM_SERVER_URL "http://127.0.0.1:5985/shop"

/**
 * TallySimServer:
 *
 * The server's own handler on a disk that can die. Confined to the actor that opened it.
 */
typedef struct _TallySimServer TallySimServer;

/* Told of each answer after it was made, and with NULLs when the server is about to close. */
typedef void (*TallySimServerWatch) (const TallyServerRequest *request,
                                     const TallyResponse      *response,
                                     gpointer                  data);

TallySimServer *tally_sim_server_new          (TallySimTrace       *trace,
                                               TallyClock          *clock,
                                               guint32              seed) G_GNUC_WARN_UNUSED_RESULT;
void            tally_sim_server_free         (TallySimServer      *self);
/* On the actor that will use it; makes the database. */
void            tally_sim_server_open         (TallySimServer      *self);
void            tally_sim_server_close        (TallySimServer      *self);
/* NULL: the machine went down over it; it is up again, with what its disk kept. */
TallyResponse  *tally_sim_server_handle       (TallySimServer      *self,
                                               const TallyRequest  *request) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps a copy of all it has, in place of an earlier one. */
void            tally_sim_server_back_up      (TallySimServer      *self);
/* Puts it back to that copy. FALSE: there is none. */
gboolean        tally_sim_server_restore      (TallySimServer      *self);
/* Its database goes, and an empty one takes its name. */
void            tally_sim_server_recreate     (TallySimServer      *self);
/* Goes down at the @n_ops-th write from now. */
void            tally_sim_server_crash_after  (TallySimServer      *self,
                                               guint64              n_ops);
void            tally_sim_server_disarm       (TallySimServer      *self);
/* From now on it keeps numbers as JavaScript does. */
void            tally_sim_server_bend         (TallySimServer      *self);
/* The one who is told; he may ask the server himself. */
void            tally_sim_server_watch        (TallySimServer      *self,
                                               TallySimServerWatch  watch,
                                               gpointer             data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimServer, tally_sim_server_free)

G_END_DECLS
