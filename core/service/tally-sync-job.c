/* tally-sync-job.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "http/tally-http-client.h"
#include "http/tally-packing-transport.h"
#include "http/tally-soup-transport.h"
#include "remote/couchdb/tally-couchdb-remote.h"

TallySyncJob *
tally_sync_job_new (TallySyncManager *manager,
                    const char       *trigger,
                    const TallySyncAsk *ask)
{
  TallySyncJob *self = g_new0 (TallySyncJob, 1);

  self->manager = manager;
  self->context = g_main_context_ref_thread_default ();
  self->clock = g_object_ref (manager->clock);
  self->rand = g_rand_new_with_seed (g_rand_int (manager->rand));
  self->url = g_strdup (manager->server->url);
  if (manager->credentials != NULL)
    self->credentials = tally_credentials_ref (manager->credentials);
  self->trigger = g_strdup (trigger);
  self->circuits = manager->circuits;
  self->pace = manager->pace;
  if (ask != NULL)
    tally_sync_ask_copy (ask, &self->ask);
  self->make_remote = manager->make_remote;
  self->make_remote_data = manager->make_remote_data;

  return self;
}

void
tally_sync_job_free (gpointer data)
{
  TallySyncJob *self = data;

  g_main_context_unref (self->context);
  g_object_unref (self->clock);
  g_rand_free (self->rand);
  g_free (self->url);
  g_clear_pointer (&self->credentials, tally_credentials_unref);
  g_free (self->trigger);
  tally_sync_ask_clear (&self->ask);
  g_free (self);
}

TallyRemote *
tally_sync_job_make_remote (TallySyncJob *self)
{
  g_autoptr (TallyTransport) soup = NULL;
  g_autoptr (TallyTransport) transport = NULL;
  g_autoptr (TallyHttpClient) client = NULL;

  if (self->make_remote != NULL)
    return self->make_remote (self->url, self->credentials, self->make_remote_data);

  soup = tally_soup_transport_new (self->credentials);
  transport = tally_packing_transport_new (soup);
  client = tally_http_client_new (transport, self->clock, self->rand);
  tally_http_client_use_circuits (client, &self->circuits);
  tally_http_client_set_tries (client, self->ask.n_tries);

  return tally_couchdb_remote_new (client, self->url);
}
