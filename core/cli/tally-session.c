/* tally-session.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-session.h"

#include "cli/tally-exit-code.h"
#include "client/tally-client-error.h"
#include "service/tally-service-thread.h"

struct _TallySession
{
  TallyClient        *client;    /* owned */
  TallyServiceThread *service;   /* owned, nullable: the holder is another process */
  gboolean            agent;     /* reached by the session bus */
};

/* NULL without an agent: a bus that is not there is no error either. */
static TallyClient *
reach_agent (void)
{
  g_autoptr (TallyClient) client = tally_client_new_for_agent_sync (NULL, NULL);

  if (client == NULL || !tally_client_is_connected (client))
    return NULL;

  return g_steal_pointer (&client);
}

TallySession *
tally_session_open (const char  *store_path,
                    GError     **error)
{
  g_autoptr (TallySession) self = g_new0 (TallySession, 1);
  g_autofree char *default_path = NULL;
  g_autoptr (GError) reach_error = NULL;
  TallyServiceOptions options = { 0 };

  if (store_path == NULL)
    {
      self->client = reach_agent ();
      self->agent = self->client != NULL;
      if (self->agent)
        return g_steal_pointer (&self);
      default_path = tally_service_dup_default_path ();
    }

  options.store_path = store_path != NULL ? store_path : default_path;
  self->client = tally_service_thread_reach (&options, &self->service, NULL, &reach_error);
  if (self->client != NULL)
    return g_steal_pointer (&self);

  /* Whatever it is, it is the store's: a folder that is not there, a disk that fails. */
  if (tally_exit_code_for_error (reach_error) == TALLY_EXIT_FAILED)
    g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_STORE, reach_error->message);
  else
    g_propagate_error (error, g_steal_pointer (&reach_error));

  return NULL;
}

void
tally_session_close (TallySession *self)
{
  g_clear_object (&self->client);
  g_clear_pointer (&self->service, tally_service_thread_stop);
  g_free (self);
}

TallyBusSync *
tally_session_get_proxy (TallySession *self)
{
  return tally_client_get_proxy (self->client);
}

gboolean
tally_session_is_over (TallySession *self,
                       const GError *error)
{
  return self->service == NULL && !self->agent &&
         (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
          g_error_matches (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_ENDING));
}
