/* tally-readiness.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-reason.h"

G_BEGIN_DECLS

/**
 * TallyReadinessFacts:
 * @has_connection: a server was named
 * @paused: somebody asked for quiet
 * @login: (nullable): why the server refuses the credentials there are: auth-failed or forbidden
 * @online: the network leads to the server
 * @metered: bytes cost money; known, and nothing waits for it yet
 */
typedef struct
{
  gboolean    has_connection;
  gboolean    paused;
  const char *login;
  gboolean    online;
  gboolean    metered;
} TallyReadinessFacts;

/* NULL: a run may start by itself. */
TallyReason *tally_readiness_check (const TallyReadinessFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
