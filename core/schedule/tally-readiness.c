/* tally-readiness.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-schedule"

#include "schedule/tally-readiness.h"

/**
 * tally_readiness_check:
 * @facts: what is so
 *
 * Whether a run may start by itself, as a pure step function. What only the user can change comes
 * first: the network coming back would not help then. Refused credentials are never tried again
 * by themselves, since servers lock accounts for that.
 *
 * Returns: (transfer full) (nullable): no-server, paused-by-user, auth-failed,
 *   forbidden or offline; %NULL when ready
 */
TallyReason *
tally_readiness_check (const TallyReadinessFacts *facts)
{
  if (!facts->has_connection)
    return tally_reason_new ("no-server", NULL);
  if (facts->paused)
    return tally_reason_new ("paused-by-user", NULL);
  if (facts->login != NULL)
    return tally_reason_new (facts->login, NULL);
  if (!facts->online)
    return tally_reason_new ("offline", NULL);

  return NULL;
}
