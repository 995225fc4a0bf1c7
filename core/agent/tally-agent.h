/* tally-agent.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "service/tally-service-options.h"

G_BEGIN_DECLS

/* Exit codes of tallystick-agent. */
#define TALLY_AGENT_OK 0
#define TALLY_AGENT_FAILED 1
#define TALLY_AGENT_USAGE 2
#define TALLY_AGENT_LOCKED 3   /* another process holds the store */

/**
 * TallyAgent:
 *
 * The service as a program that runs in the background: opens the store, shows itself on the
 * session bus where there is one and on a private socket in any case, and ends on SIGTERM or
 * SIGINT once the batch under way is through. Refuses to know what is synced. Main thread. What
 * keeps it from starting is told on standard error and by the exit code.
 */
typedef struct
{
  TallyServiceOptions  service;
  const char          *url;      /* nullable: as the store says */
  gboolean             no_bus;
} TallyAgentOptions;

#define TALLY_TYPE_AGENT (tally_agent_get_type ())
G_DECLARE_FINAL_TYPE (TallyAgent, tally_agent, TALLY, AGENT, GObject)

TallyAgent *tally_agent_new (const TallyAgentOptions *options) G_GNUC_WARN_UNUSED_RESULT;
/* Until it is told to end. Returns: the exit code. */
int         tally_agent_run (TallyAgent              *self);

G_END_DECLS
