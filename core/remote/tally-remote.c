/* tally-remote.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "remote/tally-remote.h"

G_DEFINE_QUARK (tally-remote-error-quark, tally_remote_error)

G_DEFINE_INTERFACE (TallyRemote, tally_remote, G_TYPE_OBJECT)

static void
tally_remote_default_init (TallyRemoteInterface *iface)
{
}

void
tally_remote_info_free (TallyRemoteInfo *self)
{
  g_free (self->update_seq);
  g_free (self);
}

void
tally_change_free (TallyChange *self)
{
  g_free (self->key);
  g_strfreev (self->leaves);
  g_clear_pointer (&self->winner, tally_revision_unref);
  g_clear_pointer (&self->refused, tally_reason_unref);
  g_free (self);
}

void
tally_changes_page_free (TallyChangesPage *self)
{
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_free (self->since);
  g_strfreev (self->unreadable);
  g_free (self);
}

void
tally_push_outcome_free (TallyPushOutcome *self)
{
  g_free (self->key);
  g_free (self->rev);
  g_clear_pointer (&self->reason, tally_reason_unref);
  g_free (self);
}

TallyWanted *
tally_wanted_new (const char *key,
                  const char *rev)
{
  TallyWanted *self = g_new0 (TallyWanted, 1);

  self->key = g_strdup (key);
  self->rev = g_strdup (rev);

  return self;
}

void
tally_wanted_free (TallyWanted *self)
{
  g_free (self->key);
  g_free (self->rev);
  g_free (self);
}

void
tally_remote_checkpoint_free (TallyRemoteCheckpoint *self)
{
  g_free (self->since);
  g_free (self->rev);
  g_free (self);
}

/**
 * tally_remote_probe:
 * @self: a remote
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_REMOTE_ERROR_NOT_A_SERVER, %TALLY_HTTP_ERROR
 *
 * Returns: (transfer full): what the server says of the database
 */
TallyRemoteInfo *
tally_remote_probe (TallyRemote   *self,
                    GCancellable  *cancellable,
                    GError       **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->probe (self, cancellable, error);
}

/**
 * tally_remote_list_changes:
 * @self: a remote
 * @since: (nullable): where the last page ended, as the server wrote it
 * @limit: at most so many rows
 * @bodies: whether the winners' bodies are wanted
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_HTTP_ERROR
 *
 * Returns: (transfer full): one page
 */
TallyChangesPage *
tally_remote_list_changes (TallyRemote   *self,
                           const char    *since,
                           guint          limit,
                           gboolean       bodies,
                           GCancellable  *cancellable,
                           GError       **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->list_changes (self, since, limit, bodies,
                                                      cancellable, error);
}

/**
 * tally_remote_fetch:
 * @self: a remote
 * @wanted: (element-type TallyWanted): revisions by name; may be empty
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_HTTP_ERROR
 *
 * Returns: (transfer full) (element-type TallyRevision): those the server has, any order
 */
GPtrArray *
tally_remote_fetch (TallyRemote   *self,
                    GPtrArray     *wanted,
                    GCancellable  *cancellable,
                    GError       **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->fetch (self, wanted, cancellable, error);
}

/**
 * tally_remote_push:
 * @self: a remote
 * @revisions: (element-type TallyRevision): what to send
 * @cancellable: (nullable): ends it early; what was not sent yet then comes as unknown
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_HTTP_ERROR; only when nothing was sent
 *
 * Returns: (transfer full) (element-type TallyPushOutcome): one for each revision
 */
GPtrArray *
tally_remote_push (TallyRemote   *self,
                   GPtrArray     *revisions,
                   GCancellable  *cancellable,
                   GError       **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->push (self, revisions, cancellable, error);
}

/**
 * tally_remote_load_checkpoint:
 * @self: a remote
 * @id: the mark's name, one for each device and connection
 * @checkpoint: (out) (nullable): the mark, %NULL when the server has none
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_HTTP_ERROR
 *
 * Returns: whether the server could be asked
 */
gboolean
tally_remote_load_checkpoint (TallyRemote            *self,
                              const char             *id,
                              TallyRemoteCheckpoint **checkpoint,
                              GCancellable           *cancellable,
                              GError                **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->load_checkpoint (self, id, checkpoint, cancellable, error);
}

/**
 * tally_remote_save_checkpoint:
 * @self: a remote
 * @id: the mark's name
 * @checkpoint: (inout): what to write; its rev is brought up to date
 * @stale: (out): whether the mark there is another one than @checkpoint's rev says; nothing was
 *   written then, and it has to be loaded and looked at first
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_REMOTE_ERROR_MISSING, %TALLY_HTTP_ERROR
 *
 * Returns: whether the server could be asked
 */
gboolean
tally_remote_save_checkpoint (TallyRemote            *self,
                              const char             *id,
                              TallyRemoteCheckpoint  *checkpoint,
                              gboolean               *stale,
                              GCancellable           *cancellable,
                              GError                **error)
{
  return TALLY_REMOTE_GET_IFACE (self)->save_checkpoint (self, id, checkpoint, stale, cancellable,
                                                         error);
}

/**
 * tally_remote_get_traffic:
 * @self: a remote
 * @traffic: (out): all it did since it was made
 */
void
tally_remote_get_traffic (TallyRemote        *self,
                          TallyRemoteTraffic *traffic)
{
  TALLY_REMOTE_GET_IFACE (self)->get_traffic (self, traffic);
}
