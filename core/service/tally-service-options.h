/* tally-service-options.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "http/tally-credentials.h"
#include "remote/tally-remote.h"
#include "schedule/tally-scheduler.h"

G_BEGIN_DECLS

/* Makes the way to a server, on the thread that will use it; @url without user or password. */
typedef TallyRemote *(*TallyRemoteFactory) (const char       *url,
                                            TallyCredentials *credentials,
                                            gpointer          user_data);

/**
 * TallyServiceOptions:
 * @store_path: the store's file
 * @user: (nullable): at the server; %NULL: as the store says
 * @password: (nullable): kept in memory only
 * @scheduler: runs by itself; otherwise only when told to
 * @held: with @scheduler, waits until a connect has worked: the server that the store names is not
 *   the one that is meant
 * @rule: (nullable): how eager; %NULL: tally_schedule_rule_default
 * @clock: (nullable): %NULL: the machine's
 * @seed: of all chance; 0: the machine's
 * @network: (nullable): %NULL: the machine's
 * @make_remote: (nullable): %NULL: CouchDB's protocol over libsoup
 * @make_remote_data: for @make_remote
 *
 * What a service is given. Everything but @store_path may be left 0.
 */
typedef struct
{
  const char              *store_path;
  const char              *user;
  const char              *password;
  gboolean                 scheduler;
  gboolean                 held;
  const TallyScheduleRule *rule;
  TallyClock              *clock;
  guint32                  seed;
  GNetworkMonitor         *network;
  TallyRemoteFactory       make_remote;
  gpointer                 make_remote_data;
} TallyServiceOptions;

G_END_DECLS
