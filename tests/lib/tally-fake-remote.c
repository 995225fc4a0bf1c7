/* tally-fake-remote.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "tally-fake-remote.h"

#include "model/tally-rev-tree.h"

typedef struct
{
  TallyRevTree *tree;
  GHashTable   *revisions;   /* rev -> TallyRevision */
  gint64        seq;
} Document;

struct _TallyFakeRemote
{
  GObject parent_instance;

  GHashTable            *documents;   /* key -> Document */
  GHashTable            *refused;     /* rev */
  GHashTable            *refused_push; /* rev */
  GPtrArray             *journal;     /* TallyRevision, as they came */
  GPtrArray             *backup;      /* nullable: a journal */
  TallyRemoteCheckpoint *backup_checkpoint;
  guint                  n_marks;     /* written so far: the mark's rev */
  TallyBend              bend;        /* what it says of numbers */
  char                  *last_base;   /* owned, nullable: the rev that the last write went on */
  TallyRemoteCheckpoint *last_mark;   /* owned, nullable: what it made */
  guint                  n_marks_lost;
  guint                  n_marks_garbled;
  TallyFakeHook          hook;        /* nullable */
  gpointer               hook_data;
  TallyRevision         *racing;      /* nullable */
  TallyRemoteCheckpoint *checkpoint;
  gint64                 seq;
  TallyFakePush          push;
  TallyRemoteTraffic     traffic;
  guint                  n_pushed;
};

static void
document_free (gpointer data)
{
  Document *document = data;

  tally_rev_tree_free (document->tree);
  g_hash_table_unref (document->revisions);
  g_free (document);
}

static Document *
need_document (TallyFakeRemote *self,
               const char      *key)
{
  Document *document = g_hash_table_lookup (self->documents, key);

  if (document != NULL)
    return document;

  document = g_new0 (Document, 1);
  document->tree = tally_rev_tree_new ();
  document->revisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                               (GDestroyNotify) tally_revision_unref);
  g_hash_table_insert (self->documents, g_strdup (key), document);

  return document;
}

void
tally_fake_remote_store (TallyFakeRemote     *self,
                         const TallyRevision *revision)
{
  Document *document = need_document (self, revision->key);
  g_autoptr (GPtrArray) path = g_ptr_array_new ();

  g_ptr_array_add (path, (gpointer) revision->rev);
  for (guint i = 0; revision->ancestors[i] != NULL; i++)
    g_ptr_array_add (path, (gpointer) revision->ancestors[i]);
  g_ptr_array_add (path, NULL);

  if (tally_rev_tree_insert (document->tree, (const char * const *) path->pdata,
                             revision->deleted) == TALLY_REV_TREE_KNOWN)
    return;

  document->seq = ++self->seq;
  g_ptr_array_add (self->journal, tally_revision_ref ((TallyRevision *) revision));
  g_hash_table_insert (document->revisions, g_strdup (revision->rev),
                       tally_revision_ref (revision));
}

TallyRevision *
tally_fake_remote_edit (TallyFakeRemote     *self,
                        const TallyRevision *parent,
                        const char          *key,
                        gboolean             deleted,
                        const char          *body)
{
  TallyRevision *child = tally_revision_new_child (parent, key, deleted, body, NULL);

  tally_fake_remote_store (self, child);

  return child;
}

void
tally_fake_remote_set_push (TallyFakeRemote *self,
                            TallyFakePush    push)
{
  self->push = push;
}

void
tally_fake_remote_refuse (TallyFakeRemote *self,
                          const char      *rev)
{
  if (rev != NULL)
    g_hash_table_add (self->refused, g_strdup (rev));
  else
    g_hash_table_remove_all (self->refused);
}

void
tally_fake_remote_refuse_push (TallyFakeRemote *self,
                               const char      *rev)
{
  if (rev != NULL)
    g_hash_table_add (self->refused_push, g_strdup (rev));
  else
    g_hash_table_remove_all (self->refused_push);
}

void
tally_fake_remote_purge (TallyFakeRemote *self,
                         const char      *key)
{
  g_assert_true (g_hash_table_remove (self->documents, key));
}

void
tally_fake_remote_bend (TallyFakeRemote *self,
                        const char      *key,
                        const char      *rev,
                        const char      *body)
{
  Document *document = g_hash_table_lookup (self->documents, key);
  const TallyRevision *revision = g_hash_table_lookup (document->revisions, rev);

  g_hash_table_insert (document->revisions, g_strdup (rev),
                       tally_revision_new (key, rev,
                                           (const char * const *) revision->ancestors,
                                           revision->deleted, body, revision->attachments));
}

void
tally_fake_remote_recreate (TallyFakeRemote *self)
{
  g_hash_table_remove_all (self->documents);
  g_ptr_array_set_size (self->journal, 0);
  g_clear_pointer (&self->checkpoint, tally_remote_checkpoint_free);
  self->seq = 0;
}

static TallyRemoteCheckpoint *
checkpoint_copy (const TallyRemoteCheckpoint *checkpoint)
{
  TallyRemoteCheckpoint *copy = g_new0 (TallyRemoteCheckpoint, 1);

  copy->session = checkpoint->session;
  copy->since = g_strdup (checkpoint->since);
  copy->rev = g_strdup (checkpoint->rev);

  return copy;
}

void
tally_fake_remote_back_up (TallyFakeRemote *self)
{
  g_clear_pointer (&self->backup, g_ptr_array_unref);
  g_clear_pointer (&self->backup_checkpoint, tally_remote_checkpoint_free);
  self->backup = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  for (guint i = 0; i < self->journal->len; i++)
    g_ptr_array_add (self->backup, tally_revision_ref (self->journal->pdata[i]));
  if (self->checkpoint != NULL)
    self->backup_checkpoint = checkpoint_copy (self->checkpoint);
}

void
tally_fake_remote_restore (TallyFakeRemote *self)
{
  tally_fake_remote_recreate (self);
  for (guint i = 0; i < self->backup->len; i++)
    tally_fake_remote_store (self, self->backup->pdata[i]);
  if (self->backup_checkpoint != NULL)
    self->checkpoint = checkpoint_copy (self->backup_checkpoint);
}

void
tally_fake_remote_repeat_mark (TallyFakeRemote *self)
{
  const char *known = self->checkpoint != NULL ? self->checkpoint->rev : NULL;

  if (g_strcmp0 (known, self->last_base) != 0)
    return;

  g_clear_pointer (&self->checkpoint, tally_remote_checkpoint_free);
  self->checkpoint = checkpoint_copy (self->last_mark);
}

void
tally_fake_remote_garble_marks (TallyFakeRemote *self,
                                guint            n)
{
  self->n_marks_garbled = n;
}

void
tally_fake_remote_set_bend (TallyFakeRemote *self,
                            TallyBend        bend)
{
  self->bend = bend;
}

void
tally_fake_remote_lose_marks (TallyFakeRemote *self,
                              guint            n)
{
  self->n_marks_lost = n;
}

void
tally_fake_remote_set_hook (TallyFakeRemote *self,
                            TallyFakeHook    hook,
                            gpointer         user_data)
{
  self->hook = hook;
  self->hook_data = user_data;
}

static gboolean
reach (TallyFakeRemote  *self,
       const char       *request,
       GError          **error)
{
  self->traffic.n_requests++;

  return self->hook == NULL || self->hook (self, request, self->hook_data, error);
}

gint64
tally_fake_remote_get_session (TallyFakeRemote *self)
{
  return self->checkpoint != NULL ? self->checkpoint->session : 0;
}

gboolean
tally_fake_remote_has (TallyFakeRemote *self,
                       const char      *key,
                       const char      *rev)
{
  Document *document = g_hash_table_lookup (self->documents, key);

  return document != NULL && tally_rev_tree_has (document->tree, rev);
}

void
tally_fake_remote_race (TallyFakeRemote     *self,
                        const TallyRevision *revision)
{
  g_clear_pointer (&self->racing, tally_revision_unref);
  self->racing = tally_revision_ref (revision);
}

GPtrArray *
tally_fake_remote_live (TallyFakeRemote *self,
                        const char      *key)
{
  GPtrArray *live = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  Document *document = g_hash_table_lookup (self->documents, key);
  g_autoptr (GArray) leaves = NULL;

  if (document == NULL)
    return live;

  leaves = tally_rev_tree_leaves (document->tree);
  for (guint i = 0; i < leaves->len; i++)
    {
      TallyRevTreeLeaf *leaf = &g_array_index (leaves, TallyRevTreeLeaf, i);

      if (!leaf->deleted)
        g_ptr_array_add (live, tally_revision_ref (g_hash_table_lookup (document->revisions,
                                                                        leaf->rev)));
    }

  return live;
}

guint
tally_fake_remote_get_n_pushed (TallyFakeRemote *self)
{
  return self->n_pushed;
}

static TallyRemoteInfo *
tally_fake_remote_probe (TallyRemote   *remote,
                         GCancellable  *cancellable,
                         GError       **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);
  TallyRemoteInfo *info;

  if (!reach (self, "probe", error))
    return NULL;

  info = g_new0 (TallyRemoteInfo, 1);
  info->doc_count = g_hash_table_size (self->documents);
  info->update_seq = g_strdup_printf ("%" G_GINT64_FORMAT, self->seq);

  return info;
}

static int
compare_seq (gconstpointer a,
             gconstpointer b,
             gpointer      user_data)
{
  TallyFakeRemote *self = user_data;
  Document *left = g_hash_table_lookup (self->documents, *(char * const *) a);
  Document *right = g_hash_table_lookup (self->documents, *(char * const *) b);

  return left->seq < right->seq ? -1 : left->seq > right->seq;
}

static TallyChange *
new_change (TallyFakeRemote *self,
            const char      *key,
            gboolean         bodies)
{
  Document *document = g_hash_table_lookup (self->documents, key);
  TallyChange *change = g_new0 (TallyChange, 1);
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (document->tree);
  const TallyRevision *winner;

  change->key = g_strdup (key);
  change->leaves = g_new0 (char *, leaves->len + 1);
  for (guint i = 0; i < leaves->len; i++)
    change->leaves[i] = g_strdup (g_array_index (leaves, TallyRevTreeLeaf, i).rev);
  change->deleted = g_array_index (leaves, TallyRevTreeLeaf, 0).deleted;

  winner = g_hash_table_lookup (document->revisions, change->leaves[0]);
  if (g_hash_table_contains (self->refused, winner->rev))
    change->refused = tally_reason_new ("bad-document", "detail", "refused by the test", NULL);
  else if (bodies)
    change->winner = tally_revision_new (key, winner->rev, NULL, winner->deleted, winner->body,
                                         winner->attachments);

  return change;
}

static TallyChangesPage *
tally_fake_remote_list_changes (TallyRemote   *remote,
                                const char    *since,
                                guint          limit,
                                gboolean       bodies,
                                GCancellable  *cancellable,
                                GError       **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);
  TallyChangesPage *page;
  gint64 from = since != NULL ? g_ascii_strtoll (since, NULL, 10) : 0;
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  gint64 last;
  GHashTableIter iter;
  gpointer key, value;

  if (!reach (self, "list-changes", error))
    return NULL;

  last = self->seq;
  self->traffic.bytes_up += 100;
  page = g_new0 (TallyChangesPage, 1);
  page->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_change_free);
  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (((Document *) value)->seq > from)
        g_ptr_array_add (keys, key);
    }
  g_ptr_array_sort_with_data (keys, compare_seq, self);
  for (guint i = 0; i < keys->len && i < limit; i++)
    {
      g_ptr_array_add (page->changes, new_change (self, keys->pdata[i], bodies));
      last = ((Document *) g_hash_table_lookup (self->documents, keys->pdata[i]))->seq;
      self->traffic.bytes_down += 100;
    }
  page->more = keys->len > limit;
  page->pending = keys->len - page->changes->len;
  page->since = g_strdup_printf ("%" G_GINT64_FORMAT, last);

  return page;
}

static GPtrArray *
tally_fake_remote_fetch (TallyRemote   *remote,
                         GPtrArray     *wanted,
                         GCancellable  *cancellable,
                         GError       **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);
  GPtrArray *fetched;

  if (!reach (self, "fetch", error))
    return NULL;

  fetched = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  for (guint i = 0; i < wanted->len; i++)
    {
      const TallyWanted *want = wanted->pdata[i];
      Document *document = g_hash_table_lookup (self->documents, want->key);
      const TallyRevision *revision = NULL;
      g_auto (GStrv) path = NULL;

      if (document != NULL)
        revision = g_hash_table_lookup (document->revisions, want->rev);
      if (revision == NULL || g_hash_table_contains (self->refused, want->rev))
        continue;
      path = tally_rev_tree_path (document->tree, want->rev);
      g_ptr_array_add (fetched,
                       tally_revision_new (want->key, want->rev,
                                           (const char * const *) path + 1, revision->deleted,
                                           revision->body, revision->attachments));
    }

  return fetched;
}

static TallyPushOutcome *
push_one (TallyFakeRemote     *self,
          const TallyRevision *revision)
{
  TallyPushOutcome *outcome = g_new0 (TallyPushOutcome, 1);

  outcome->key = g_strdup (revision->key);
  outcome->rev = g_strdup (revision->rev);
  self->n_pushed++;

  switch (g_hash_table_contains (self->refused_push, revision->rev) ? TALLY_FAKE_PUSH_REFUSED
                                                                     : self->push)
    {
    case TALLY_FAKE_PUSH_WORKS:
    case TALLY_FAKE_PUSH_ANSWER_LOST:
      tally_fake_remote_store (self, revision);
      outcome->status = self->push == TALLY_FAKE_PUSH_WORKS ? TALLY_PUSH_STORED
                                                            : TALLY_PUSH_UNKNOWN;
      break;
    case TALLY_FAKE_PUSH_LOST:
      outcome->status = TALLY_PUSH_UNKNOWN;
      break;
    case TALLY_FAKE_PUSH_REFUSED:
      outcome->status = TALLY_PUSH_REFUSED;
      outcome->reason = tally_reason_new ("refused", "status", "403", "detail", "by the test",
                                          NULL);
      break;
    default:
      g_assert_not_reached ();
    }

  return outcome;
}

static GPtrArray *
tally_fake_remote_push (TallyRemote   *remote,
                        GPtrArray     *revisions,
                        GCancellable  *cancellable,
                        GError       **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);
  GPtrArray *outcomes;
  TallyFakePush push = self->push;

  if (!reach (self, "push", error))
    return NULL;

  outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_push_outcome_free);
  if (self->racing != NULL)
    tally_fake_remote_store (self, self->racing);
  g_clear_pointer (&self->racing, tally_revision_unref);
  if (g_cancellable_is_cancelled (cancellable))
    self->push = TALLY_FAKE_PUSH_LOST;
  for (guint i = 0; i < revisions->len; i++)
    g_ptr_array_add (outcomes, push_one (self, revisions->pdata[i]));
  self->push = push;

  return outcomes;
}

static gboolean
tally_fake_remote_load_checkpoint (TallyRemote            *remote,
                                   const char             *id,
                                   TallyRemoteCheckpoint **checkpoint,
                                   GCancellable           *cancellable,
                                   GError                **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);

  if (!reach (self, "load-checkpoint", error))
    return FALSE;

  *checkpoint = self->checkpoint != NULL ? checkpoint_copy (self->checkpoint) : NULL;
  if (*checkpoint != NULL)
    (*checkpoint)->kept = (TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL) & ~self->bend;

  return TRUE;
}

static gboolean
tally_fake_remote_save_checkpoint (TallyRemote                  *remote,
                                   const char                   *id,
                                   TallyRemoteCheckpoint        *checkpoint,
                                   gboolean                     *stale,
                                   GCancellable                 *cancellable,
                                   GError                      **error)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (remote);
  const char *known;

  if (!reach (self, "save-checkpoint", error))
    return FALSE;

  known = self->checkpoint != NULL ? self->checkpoint->rev : NULL;
  *stale = g_strcmp0 (known, checkpoint->rev) != 0;
  if (*stale)
    return TRUE;

  g_free (self->last_base);
  self->last_base = checkpoint->rev;
  checkpoint->rev = g_strdup_printf ("0-%u", ++self->n_marks);
  g_clear_pointer (&self->checkpoint, tally_remote_checkpoint_free);
  self->checkpoint = checkpoint_copy (checkpoint);
  g_clear_pointer (&self->last_mark, tally_remote_checkpoint_free);
  self->last_mark = checkpoint_copy (checkpoint);
  if (self->n_marks_lost > 0)
    {
      self->n_marks_lost--;
      *stale = TRUE;
    }
  if (self->n_marks_garbled > 0)
    {
      self->n_marks_garbled--;
      g_clear_pointer (&checkpoint->rev, g_free);
    }

  return TRUE;
}

static void
tally_fake_remote_get_traffic (TallyRemote        *remote,
                               TallyRemoteTraffic *traffic)
{
  *traffic = TALLY_FAKE_REMOTE (remote)->traffic;
}

static void
tally_fake_remote_iface_init (TallyRemoteInterface *iface)
{
  iface->probe = tally_fake_remote_probe;
  iface->list_changes = tally_fake_remote_list_changes;
  iface->fetch = tally_fake_remote_fetch;
  iface->push = tally_fake_remote_push;
  iface->load_checkpoint = tally_fake_remote_load_checkpoint;
  iface->save_checkpoint = tally_fake_remote_save_checkpoint;
  iface->get_traffic = tally_fake_remote_get_traffic;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyFakeRemote, tally_fake_remote, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_REMOTE,
                                                      tally_fake_remote_iface_init))

static void
tally_fake_remote_finalize (GObject *object)
{
  TallyFakeRemote *self = TALLY_FAKE_REMOTE (object);

  g_clear_pointer (&self->documents, g_hash_table_unref);
  g_clear_pointer (&self->refused, g_hash_table_unref);
  g_clear_pointer (&self->refused_push, g_hash_table_unref);
  g_clear_pointer (&self->journal, g_ptr_array_unref);
  g_clear_pointer (&self->backup, g_ptr_array_unref);
  g_clear_pointer (&self->backup_checkpoint, tally_remote_checkpoint_free);
  g_clear_pointer (&self->racing, tally_revision_unref);
  g_clear_pointer (&self->checkpoint, tally_remote_checkpoint_free);
  g_clear_pointer (&self->last_base, g_free);
  g_clear_pointer (&self->last_mark, tally_remote_checkpoint_free);

  G_OBJECT_CLASS (tally_fake_remote_parent_class)->finalize (object);
}

static void
tally_fake_remote_class_init (TallyFakeRemoteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_fake_remote_finalize;
}

static void
tally_fake_remote_init (TallyFakeRemote *self)
{
  self->documents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, document_free);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->refused_push = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->journal = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
}

TallyFakeRemote *
tally_fake_remote_new (void)
{
  return g_object_new (TALLY_TYPE_FAKE_REMOTE, NULL);
}
