/* tally-server-handler.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "server/tally-server-reply.h"
#include "server/tally-server-request.h"

G_BEGIN_DECLS

/**
 * TallyServerOptions:
 * @folder: where the databases are; must exist unless @vfs is set
 * @vfs: (nullable): SQLite VFS to keep them in
 * @uuid: (nullable): the server's; made by chance when not given
 * @port: where it listens: then who asks is checked; 0: no socket, nobody is
 */
typedef struct
{
  const char *folder;
  const char *vfs;
  const char *uuid;
  guint16     port;
} TallyServerOptions;

#define TALLY_TYPE_SERVER_HANDLER (tally_server_handler_get_type ())
G_DECLARE_FINAL_TYPE (TallyServerHandler, tally_server_handler, TALLY, SERVER_HANDLER, GObject)

TallyServerHandler *tally_server_handler_new      (const TallyServerOptions  *options,
                                                   TallyClock                *clock,
                                                   GRand                     *rand)
                                                   G_GNUC_WARN_UNUSED_RESULT;
/* @port: as in the options, for who learns it late. */
void                tally_server_handler_set_port (TallyServerHandler        *self,
                                                   guint16                    port);
/* What can be said before the body has come: NULL, or the refusal. */
TallyServerReply   *tally_server_handler_precheck (TallyServerHandler        *self,
                                                   const TallyServerRequest  *request)
                                                   G_GNUC_WARN_UNUSED_RESULT;
/* The answer to @request, whose body is unpacked in place. Never fails: errors are answers. */
TallyServerReply   *tally_server_handler_handle   (TallyServerHandler        *self,
                                                   TallyServerRequest        *request)
                                                   G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
