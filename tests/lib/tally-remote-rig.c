/* tally-remote-rig.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "lib/tally-remote-rig.h"

#include "http/tally-soup-transport.h"

#include <string.h>

void
tally_remote_rig_set_up (TallyRemoteRig *self,
                         gconstpointer   data)
{
  g_autoptr (TallyTransport) transport = tally_soup_transport_new (NULL);
  g_autoptr (TallyHttpClient) client = NULL;
  g_autofree char *url = NULL;

  self->server = tally_script_server_new ();
  self->clock = tally_fake_clock_new ();
  self->rand = g_rand_new_with_seed (1);
  client = tally_http_client_new (transport, TALLY_CLOCK (self->clock), self->rand);
  url = tally_script_server_dup_url (self->server, "/shop/");
  self->remote = tally_couchdb_remote_new (client, url);
}

void
tally_remote_rig_tear_down (TallyRemoteRig *self,
                            gconstpointer   data)
{
  g_assert_finalize_object (G_OBJECT (self->remote));
  g_assert_finalize_object (G_OBJECT (self->clock));
  g_rand_free (self->rand);
  tally_script_server_free (self->server);
}

void
tally_remote_rig_assert_request (TallyRemoteRig *self,
                                 guint           n,
                                 const char     *line,
                                 const char     *in_body)
{
  g_autofree char *actual = tally_script_server_dup_request (self->server, n);
  g_autofree char *body = tally_script_server_dup_body (self->server, n);

  g_assert_cmpstr (actual, ==, line);
  if (in_body != NULL && strstr (body, in_body) == NULL)
    g_error ("request %u: no %s in %s", n, in_body, body);
}

void
tally_remote_rig_assert_hits (TallyRemoteRig *self,
                              guint           n)
{
  g_assert_cmpuint (tally_script_server_get_n_hits (self->server), ==, n);
}
