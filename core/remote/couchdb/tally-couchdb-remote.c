/* tally-couchdb-remote.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-remote.h"
#include "remote/couchdb/tally-couchdb-changes.h"
#include "remote/couchdb/tally-couchdb-checkpoint.h"
#include "remote/couchdb/tally-couchdb-fetch.h"
#include "remote/couchdb/tally-couchdb-push.h"

#include <glib/gi18n-lib.h>

/**
 * TallyCouchdbRemote:
 *
 * A database on CouchDB, PouchDB Server or tallystick-server as the engine sees it: the parts in
 * this folder behind one face. It keeps nothing of the records; where a run stands is told to it
 * with each call. Owned and used by the worker thread that made it. Fails with
 * %TALLY_REMOTE_ERROR and %TALLY_HTTP_ERROR.
 */
struct _TallyCouchdbRemote
{
  GObject parent_instance;

  TallyCouchdbEndpoint endpoint;

  TallyCouchdbPaging   paging;
};

static void tally_couchdb_remote_iface_init (TallyRemoteInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyCouchdbRemote, tally_couchdb_remote, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_REMOTE,
                                                      tally_couchdb_remote_iface_init))

static TallyRemoteInfo *
tally_couchdb_remote_probe (TallyRemote   *remote,
                            GCancellable  *cancellable,
                            GError       **error)
{
  TallyCouchdbRemote *self = TALLY_COUCHDB_REMOTE (remote);
  g_autoptr (TallyRemoteInfo) info = g_new0 (TallyRemoteInfo, 1);
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *doc_count, *update_seq;

  response = tally_couchdb_endpoint_ask (&self->endpoint, "GET", "", NULL, cancellable, error);
  members = response != NULL ? tally_couchdb_endpoint_members (&self->endpoint, response, error)
                             : NULL;
  if (members == NULL)
    return NULL;

  update_seq = tally_json_members_find (members, "update_seq");
  if (tally_json_members_find (members, "db_name") == NULL || update_seq == NULL)
    {
      g_set_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_NOT_A_SERVER,
                   _("What answers at %s does not speak CouchDB's protocol. Check the address; "
                     "it should end with the database's name."), self->endpoint.host);
      return NULL;
    }

  info->update_seq = tally_json_span_dup (&update_seq->value);
  doc_count = tally_json_members_find (members, "doc_count");
  if (doc_count == NULL || !tally_json_span_get_int (&doc_count->value, &info->doc_count, NULL))
    info->doc_count = -1;

  /* Only a cluster says how it is sharded, and only there a row's sequence costs something. */
  self->paging.seq_interval = tally_json_members_find (members, "cluster") != NULL;

  return g_steal_pointer (&info);
}

static TallyChangesPage *
tally_couchdb_remote_list_changes (TallyRemote   *remote,
                                   const char    *since,
                                   guint          limit,
                                   gboolean       bodies,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  TallyCouchdbRemote *self = TALLY_COUCHDB_REMOTE (remote);

  return tally_couchdb_changes_list (&self->endpoint, &self->paging, since, limit, bodies,
                                     cancellable, error);
}

static GPtrArray *
tally_couchdb_remote_fetch (TallyRemote   *remote,
                            GPtrArray     *wanted,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return tally_couchdb_fetch (&TALLY_COUCHDB_REMOTE (remote)->endpoint, wanted,
                              cancellable, error);
}

static GPtrArray *
tally_couchdb_remote_push (TallyRemote   *remote,
                           GPtrArray     *revisions,
                           GCancellable  *cancellable,
                           GError       **error)
{
  return tally_couchdb_push (&TALLY_COUCHDB_REMOTE (remote)->endpoint, revisions,
                             cancellable, error);
}

static gboolean
tally_couchdb_remote_load_checkpoint (TallyRemote            *remote,
                                      const char             *id,
                                      TallyRemoteCheckpoint **checkpoint,
                                      GCancellable           *cancellable,
                                      GError                **error)
{
  return tally_couchdb_checkpoint_load (&TALLY_COUCHDB_REMOTE (remote)->endpoint, id, checkpoint,
                                        cancellable, error);
}

static gboolean
tally_couchdb_remote_save_checkpoint (TallyRemote            *remote,
                                      const char             *id,
                                      TallyRemoteCheckpoint  *checkpoint,
                                      gboolean               *stale,
                                      GCancellable           *cancellable,
                                      GError                **error)
{
  return tally_couchdb_checkpoint_save (&TALLY_COUCHDB_REMOTE (remote)->endpoint, id, checkpoint,
                                        stale, cancellable, error);
}

static void
tally_couchdb_remote_get_traffic (TallyRemote        *remote,
                                  TallyRemoteTraffic *traffic)
{
  TallyHttpTraffic http;

  tally_http_client_get_traffic (TALLY_COUCHDB_REMOTE (remote)->endpoint.client, &http);
  traffic->bytes_up = http.bytes_up;
  traffic->bytes_down = http.bytes_down;
  traffic->n_requests = http.n_requests;
  traffic->n_retries = http.n_retries;
  traffic->not_before_us = http.not_before_us;
}

static void
tally_couchdb_remote_iface_init (TallyRemoteInterface *iface)
{
  iface->probe = tally_couchdb_remote_probe;
  iface->list_changes = tally_couchdb_remote_list_changes;
  iface->fetch = tally_couchdb_remote_fetch;
  iface->push = tally_couchdb_remote_push;
  iface->load_checkpoint = tally_couchdb_remote_load_checkpoint;
  iface->save_checkpoint = tally_couchdb_remote_save_checkpoint;
  iface->get_traffic = tally_couchdb_remote_get_traffic;
}

static void
tally_couchdb_remote_dispose (GObject *object)
{
  tally_couchdb_endpoint_clear (&TALLY_COUCHDB_REMOTE (object)->endpoint);

  G_OBJECT_CLASS (tally_couchdb_remote_parent_class)->dispose (object);
}

static void
tally_couchdb_remote_class_init (TallyCouchdbRemoteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_couchdb_remote_dispose;
}

static void
tally_couchdb_remote_init (TallyCouchdbRemote *self)
{
}

/**
 * tally_couchdb_remote_new:
 * @client: how requests leave; a reference is taken
 * @url: the database's address, without user or password
 *
 * Returns: (transfer full): a remote for the thread that uses it
 */
TallyRemote *
tally_couchdb_remote_new (TallyHttpClient *client,
                          const char      *url)
{
  TallyCouchdbRemote *self = g_object_new (TALLY_TYPE_COUCHDB_REMOTE, NULL);

  tally_couchdb_endpoint_init (&self->endpoint, client, url);

  return TALLY_REMOTE (self);
}
