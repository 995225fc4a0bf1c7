/* tally-session.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-session.h"

#include "cli/tally-exit-code.h"

#include "config.h"

#include <glib/gi18n.h>

struct _TallySession
{
  TallyClient *client;    /* owned */
};

TallySession *
tally_session_open (const char  *store_path,
                    GError     **error)
{
  TallySession *self = g_new0 (TallySession, 1);

  self->client = tally_client_new_for_agent_sync (NULL, error);
  if (self->client == NULL)
    return NULL;

  return self;
}

void
tally_session_close (TallySession *self)
{
  g_clear_object (&self->client);
  g_free (self);
}

TallyBusSync *
tally_session_get_proxy (TallySession *self)
{
  return tally_client_get_proxy (self->client);
}
