/* tally-revision.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "model/tally-revision.h"
#include "model/tally-revision-private.h"

#include "base/tally-boxed.h"
#include "base/tally-json-text.h"

#include <string.h>

/* A revision is one block of memory: the struct, the array of ancestors, then all the text.
 * A page holds a thousand of them. */

G_DEFINE_QUARK (tally-model-error-quark, tally_model_error)

TALLY_DEFINE_BOXED_TYPE (TallyRevision, tally_revision)

static gsize
text_size (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

/* Copies @text to *@to, moves that on; NULL stays NULL. */
static const char *
place (char       **to,
       const char  *text)
{
  char *at = *to;
  gsize size = text_size (text);

  if (text == NULL)
    return NULL;

  memcpy (at, text, size);
  *to = at + size;

  return at;
}

/* As tally_revision_new(); @parent_rev goes in front of @ancestors when given. */
static TallyRevision *
make (const char         *key,
      const char         *rev,
      const char         *parent_rev,
      const char * const *ancestors,
      gboolean            deleted,
      const char         *body,
      const char         *attachments)
{
  guint n_first = parent_rev != NULL ? 1 : 0;
  guint n_ancestors = n_first;
  gsize size = sizeof (TallyRevision);
  TallyRevision *self;
  const char **list;
  char *to;

  size += text_size (key) + text_size (rev) + text_size (parent_rev) + text_size (body) +
          text_size (attachments);
  while (ancestors != NULL && ancestors[n_ancestors - n_first] != NULL &&
         n_ancestors < TALLY_REVISION_MAX_PATH - 1)
    size += text_size (ancestors[n_ancestors++ - n_first]);
  size += (n_ancestors + 1) * sizeof (char *);

  self = g_atomic_rc_box_alloc (size);
  list = (const char **) (self + 1);
  to = (char *) (list + n_ancestors + 1);

  self->key = place (&to, key);
  self->rev = place (&to, rev);
  self->ancestors = list;
  self->deleted = deleted;
  self->body = place (&to, body);
  self->attachments = place (&to, attachments);
  for (guint i = 0; i < n_ancestors; i++)
    list[i] = place (&to, i < n_first ? parent_rev : ancestors[i - n_first]);
  list[n_ancestors] = NULL;

  return self;
}

/**
 * tally_revision_new:
 * @key: the record's key, not empty
 * @rev: (nullable): its revision id
 * @ancestors: (nullable) (array zero-terminated=1): ids of its ancestors, parent first; those
 *   beyond %TALLY_REVISION_MAX_PATH are left out
 * @deleted: whether it is a tombstone
 * @body: (nullable): the text form
 * @attachments: (nullable): the text form of the stubs
 *
 * Puts a revision together from its parts, as the store does. Everything is copied, nothing
 * checked.
 *
 * Returns: (transfer full): the revision
 */
TallyRevision *
tally_revision_new (const char         *key,
                    const char         *rev,
                    const char * const *ancestors,
                    gboolean            deleted,
                    const char         *body,
                    const char         *attachments)
{
  g_return_val_if_fail (key != NULL, NULL);

  return make (key, rev, NULL, ancestors, deleted, body, attachments);
}

/**
 * tally_revision_new_child:
 * @parent: (nullable): what was edited, with its rev; the tombstone when a deleted record comes
 *   back; %NULL for the first revision of a record
 * @key: the record's key
 * @deleted: whether the edit deletes: then @body and @attachments do not count, the tombstone
 *   is `{}` without attachments
 * @body: the new body in text form; may be %NULL with @deleted
 * @attachments: (nullable): the text form of the stubs
 *
 * An edit. Its id depends only on the arguments: the first 128 bits of the SHA-256 over, each
 * with its length in front, the deleted flag, the parent's id, the body's text, and names and
 * digests of the attachments (the layout to the byte: tally_rev_make()). So two devices that
 * make the same edit make one revision.
 *
 * Returns: (transfer full): the revision
 */
TallyRevision *
tally_revision_new_child (const TallyRevision *parent,
                          const char          *key,
                          gboolean             deleted,
                          const char          *body,
                          const char          *attachments)
{
  const char *parent_rev = parent != NULL ? parent->rev : NULL;
  g_autofree char *rev = NULL;

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (parent == NULL || parent->rev != NULL, NULL);
  g_return_val_if_fail (deleted || body != NULL, NULL);

  if (deleted)
    {
      body = "{}";
      attachments = NULL;
    }
  rev = tally_rev_make (parent_rev, deleted, body, attachments);

  return make (key, rev, parent_rev, parent != NULL ? parent->ancestors : NULL,
               deleted, body, attachments);
}

/**
 * tally_revision_ref:
 * @self: a revision
 *
 * Returns: (transfer full): @self, from any thread
 */
TallyRevision *
tally_revision_ref (const TallyRevision *self)
{
  return g_atomic_rc_box_acquire ((TallyRevision *) self);
}

/**
 * tally_revision_unref:
 * @self: (transfer full): a revision
 *
 * Drops a reference, from any thread.
 */
void
tally_revision_unref (const TallyRevision *self)
{
  g_atomic_rc_box_release ((TallyRevision *) self);
}

/**
 * tally_revision_is_same:
 * @a: (nullable): a revision
 * @b: (nullable): another
 *
 * Returns: %TRUE when both have the same id, or both are %NULL; revisions that came without an
 *   id are the same only as one value
 */
gboolean
tally_revision_is_same (const TallyRevision *a,
                        const TallyRevision *b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || a->rev == NULL || b->rev == NULL)
    return FALSE;

  return strcmp (a->rev, b->rev) == 0;
}

/**
 * tally_revision_descends:
 * @self: a revision
 * @rev: a revision id
 *
 * Returns: %TRUE when @rev is among the known ancestors of @self; a revision is not its own
 */
gboolean
tally_revision_descends (const TallyRevision *self,
                         const char          *rev)
{
  return g_strv_contains (self->ancestors, rev);
}

/**
 * tally_revision_same_content:
 * @a: a revision
 * @b: another
 *
 * Compares what a person would see: deleted flag, body as values, attachments as text. Where a
 * body is not known here only the same id answers for it.
 *
 * Returns: %TRUE when the contents are equal
 */
gboolean
tally_revision_same_content (const TallyRevision *a,
                             const TallyRevision *b)
{
  if (!a->deleted != !b->deleted || g_strcmp0 (a->attachments, b->attachments) != 0)
    return FALSE;
  if (a->body == NULL || b->body == NULL)
    return tally_revision_is_same (a, b);

  return tally_json_text_equal (a->body, -1, b->body, -1);
}

static gboolean
has_or_is (const TallyRevision *self,
           const char          *rev)
{
  return g_strcmp0 (self->rev, rev) == 0 || tally_revision_descends (self, rev);
}

/**
 * tally_revision_common:
 * @a: a revision
 * @b: another
 *
 * Returns: (transfer none) (nullable): the newest id that is @a's, @b's or that of an ancestor of
 *   both; %NULL when they have nothing in common that is known
 */
const char *
tally_revision_common (const TallyRevision *a,
                       const TallyRevision *b)
{
  g_autoptr (GHashTable) known = NULL;

  if (a->rev != NULL && has_or_is (b, a->rev))
    return a->rev;
  if (b->rev != NULL && has_or_is (a, b->rev))
    return b->rev;

  known = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; b->ancestors[i] != NULL; i++)
    g_hash_table_add (known, (gpointer) b->ancestors[i]);
  for (guint i = 0; a->ancestors[i] != NULL; i++)
    if (g_hash_table_contains (known, a->ancestors[i]))
      return a->ancestors[i];

  return NULL;
}
