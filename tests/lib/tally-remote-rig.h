/* tally-remote-rig.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lib/tally-fake-clock.h"
#include "lib/tally-script-server.h"
#include "remote/couchdb/tally-couchdb-remote.h"

G_BEGIN_DECLS

/**
 * TallyRemoteRig:
 *
 * A CouchDB remote against a scripted server, with waits that take no time: the fixture of the
 * remote's tests. For g_test_add(): set up and torn down around each.
 */
typedef struct
{
  TallyScriptServer *server;
  TallyFakeClock    *clock;
  GRand             *rand;
  TallyRemote       *remote;   /* of "/shop" */
} TallyRemoteRig;

void  tally_remote_rig_set_up         (TallyRemoteRig *self,
                                       gconstpointer   data);
void  tally_remote_rig_tear_down      (TallyRemoteRig *self,
                                       gconstpointer   data);
/* The n-th request was this line, and its body has this text in it (NULL: any). */
void  tally_remote_rig_assert_request (TallyRemoteRig *self,
                                       guint           n,
                                       const char     *line,
                                       const char     *in_body);
void  tally_remote_rig_assert_hits    (TallyRemoteRig *self,
                                       guint           n);

G_END_DECLS
