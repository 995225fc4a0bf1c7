/* tally-rev-tree.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "config.h"

#include "model/tally-rev-tree.h"

#include "model/tally-revision.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Up to this many revisions are searched one by one: nearly every document has fewer, and the
 * server reads a tree for each document it writes. */
#define N_WITHOUT_INDEX 24

typedef struct _Node Node;

struct _Node
{
  Node     *parent;        /* borrowed; NULL: a root, its ancestors are not known */
  guint     generation;
  guint     n_children;    /* 0: a leaf */
  gboolean  deleted;

  guint     reach;         /* scratch of stem() */
  gboolean  written;       /* scratch of serialize() */

  char      rev[];
};

struct _TallyRevTree
{
  GPtrArray  *nodes;       /* of Node, owned */
  GHashTable *index;       /* rev -> Node, both borrowed from nodes; NULL while there are few */
  guint       n_leaves;
};

/**
 * tally_rev_tree_new:
 *
 * Returns: (transfer full): an empty tree
 */
TallyRevTree *
tally_rev_tree_new (void)
{
  TallyRevTree *self = g_new0 (TallyRevTree, 1);

  self->nodes = g_ptr_array_new_with_free_func (g_free);

  return self;
}

/**
 * tally_rev_tree_free:
 * @self: (transfer full): a tree
 *
 * Frees the tree and every text borrowed from it.
 */
void
tally_rev_tree_free (TallyRevTree *self)
{
  g_ptr_array_unref (self->nodes);
  g_clear_pointer (&self->index, g_hash_table_unref);
  g_free (self);
}

static Node *
find (TallyRevTree *self,
      const char   *rev)
{
  if (self->index != NULL)
    return g_hash_table_lookup (self->index, rev);

  /* the newest stand last and are asked for most */
  for (guint i = self->nodes->len; i > 0; i--)
    {
      Node *node = self->nodes->pdata[i - 1];

      if (strcmp (node->rev, rev) == 0)
        return node;
    }

  return NULL;
}

static void
make_index (TallyRevTree *self)
{
  g_clear_pointer (&self->index, g_hash_table_unref);
  if (self->nodes->len <= N_WITHOUT_INDEX)
    return;

  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      g_hash_table_insert (self->index, node->rev, node);
    }
}

/* A root and leaf of its own, until set_parent() says more. */
static Node *
add (TallyRevTree *self,
     const char   *rev,
     gboolean      deleted)
{
  gsize size = strlen (rev) + 1;
  Node *node = g_malloc0 (sizeof (Node) + size);

  memcpy (node->rev, rev, size);
  node->generation = tally_rev_generation (rev);
  node->deleted = deleted;
  g_ptr_array_add (self->nodes, node);
  self->n_leaves++;

  if (self->index != NULL)
    g_hash_table_insert (self->index, node->rev, node);
  else if (self->nodes->len > N_WITHOUT_INDEX)
    make_index (self);

  return node;
}

static void
set_parent (TallyRevTree *self,
            Node         *node,
            Node         *parent)
{
  node->parent = parent;
  if (parent->n_children++ == 0)
    self->n_leaves--;
}

static gboolean
is_sound (const char * const *path)
{
  guint generation = tally_rev_generation (path[0]);

  for (guint i = 0; path[i] != NULL; i++)
    if (!tally_rev_is_valid (path[i]) || tally_rev_generation (path[i]) + i != generation)
      return FALSE;

  return path[0] != NULL;
}

/**
 * tally_rev_tree_insert:
 * @self: a tree
 * @path: (array zero-terminated=1): the revision and its ancestors, newest first, as far as
 *   known; two ids graft onto a tree that has the parent
 * @deleted: whether the revision is a tombstone; not looked at when the tree has it
 *
 * Walks back from the revision: what is missing is added, and a root whose ancestors were not
 * known gets them, which may join two trees. Where @path tells another parent than the tree has,
 * the tree is right: ids are made from their parents, so that cannot come from an honest writer.
 *
 * Returns: what became of the tree
 */
TallyRevTreeInsert
tally_rev_tree_insert (TallyRevTree       *self,
                       const char * const *path,
                       gboolean            deleted)
{
  guint n_nodes = self->nodes->len;
  guint n_leaves = self->n_leaves;
  gboolean joined = FALSE;
  Node *node;

  g_return_val_if_fail (path != NULL && path[0] != NULL && is_sound (path), TALLY_REV_TREE_KNOWN);

  node = find (self, path[0]);
  if (node == NULL)
    node = add (self, path[0], deleted);

  for (guint i = 1; path[i] != NULL; i++)
    {
      if (node->parent == NULL)
        {
          Node *parent = find (self, path[i]);

          set_parent (self, node, parent != NULL ? parent : add (self, path[i], FALSE));
          joined = TRUE;
        }
      else if (strcmp (node->parent->rev, path[i]) != 0)
        break;
      node = node->parent;
    }

  if (self->n_leaves > n_leaves)
    return TALLY_REV_TREE_BRANCHED;

  return joined || self->nodes->len > n_nodes ? TALLY_REV_TREE_EXTENDED : TALLY_REV_TREE_KNOWN;
}

/**
 * tally_rev_tree_has:
 * @self: a tree
 * @rev: a revision id
 *
 * Returns: %TRUE when the tree holds @rev, as leaf or inside
 */
gboolean
tally_rev_tree_has (TallyRevTree *self,
                    const char   *rev)
{
  return find (self, rev) != NULL;
}

/**
 * tally_rev_tree_is_leaf:
 * @self: a tree
 * @rev: a revision id
 *
 * Returns: %TRUE when the tree holds @rev and nothing grew on it
 */
gboolean
tally_rev_tree_is_leaf (TallyRevTree *self,
                        const char   *rev)
{
  Node *node = find (self, rev);

  return node != NULL && node->n_children == 0;
}

static int
compare_leaves (gconstpointer a,
                gconstpointer b)
{
  const TallyRevTreeLeaf *left = a;
  const TallyRevTreeLeaf *right = b;

  return tally_rev_compare_winner (right->rev, right->deleted, left->rev, left->deleted);
}

/**
 * tally_rev_tree_leaves:
 * @self: a tree
 *
 * Returns: (transfer full) (element-type TallyRevTreeLeaf): the leaves, winner first; their texts
 *   are the tree's and last until it is stemmed or freed
 */
GArray *
tally_rev_tree_leaves (TallyRevTree *self)
{
  GArray *leaves = g_array_sized_new (FALSE, FALSE, sizeof (TallyRevTreeLeaf), self->n_leaves);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];
      TallyRevTreeLeaf leaf = { node->rev, node->deleted };

      if (node->n_children == 0)
        g_array_append_val (leaves, leaf);
    }
  g_array_sort (leaves, compare_leaves);

  return leaves;
}

/**
 * tally_rev_tree_winner:
 * @self: a tree
 * @deleted: (out) (optional): whether the winner is a tombstone: the document is gone then
 *
 * Returns: (transfer none) (nullable): the leaf every replica shows, by CouchDB's rule
 */
const char *
tally_rev_tree_winner (TallyRevTree *self,
                       gboolean     *deleted)
{
  Node *winner = NULL;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      if (node->n_children == 0 &&
          (winner == NULL || tally_rev_compare_winner (node->rev, node->deleted,
                                                       winner->rev, winner->deleted) > 0))
        winner = node;
    }

  if (deleted != NULL)
    *deleted = winner != NULL && winner->deleted;

  return winner != NULL ? winner->rev : NULL;
}

/**
 * tally_rev_tree_path:
 * @self: a tree
 * @rev: a revision id
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): @rev and its ancestors, newest
 *   first
 */
char **
tally_rev_tree_path (TallyRevTree *self,
                     const char   *rev)
{
  g_autoptr (GStrvBuilder) builder = NULL;
  Node *node = find (self, rev);

  if (node == NULL)
    return NULL;

  builder = g_strv_builder_new ();
  for (; node != NULL; node = node->parent)
    g_strv_builder_add (builder, node->rev);

  return g_strv_builder_end (builder);
}

/* Marks what is at most @limit revisions back from a leaf; nodes that another leaf marked from
 * at least as near end the walk, so that many leaves on one trunk cost one walk. */
static void
mark_reach (TallyRevTree *self,
            guint         limit)
{
  for (guint i = 0; i < self->nodes->len; i++)
    ((Node *) self->nodes->pdata[i])->reach = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      if (node->n_children > 0)
        continue;
      for (guint reach = limit; node != NULL && node->reach < reach; reach--)
        {
          node->reach = reach;
          node = node->parent;
        }
    }
}

/**
 * tally_rev_tree_stem:
 * @self: a tree
 * @limit: how many revisions are kept from each leaf backwards, 1 at least
 *
 * Forgets old ancestors. What grew on one of them becomes a root.
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids that were dropped
 */
char **
tally_rev_tree_stem (TallyRevTree *self,
                     guint         limit)
{
  g_autoptr (GStrvBuilder) dropped = g_strv_builder_new ();
  g_autoptr (GPtrArray) kept = NULL;
  GPtrArray *all = self->nodes;
  guint n_dropped = 0;

  mark_reach (self, MAX (limit, 1));
  for (guint i = 0; i < all->len; i++)
    {
      Node *node = all->pdata[i];

      if (node->reach == 0)
        {
          g_strv_builder_add (dropped, node->rev);
          n_dropped++;
        }
      else if (node->parent != NULL && node->parent->reach == 0)
        node->parent = NULL;
    }
  if (n_dropped == 0)
    return g_strv_builder_end (dropped);

  kept = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < all->len; i++)
    {
      Node *node = all->pdata[i];

      if (node->reach > 0)
        g_ptr_array_add (kept, g_steal_pointer (&all->pdata[i]));
    }
  g_ptr_array_unref (all);
  self->nodes = g_steal_pointer (&kept);
  make_index (self);

  return g_strv_builder_end (dropped);
}

/* One chain: the part of the way to @leaf that is not written yet, oldest first. */
static void
append_chain (GString   *out,
              GPtrArray *chain,
              Node      *leaf)
{
  Node *node = leaf;

  g_ptr_array_set_size (chain, 0);
  for (; node != NULL && !node->written; node = node->parent)
    g_ptr_array_add (chain, node);

  if (node != NULL)
    g_string_append_printf (out, " , %s", node->rev);
  else if (out->len > 0)
    g_string_append (out, " ,,");

  for (guint i = chain->len; i > 0; i--)
    {
      node = chain->pdata[i - 1];
      if (out->len > 0)
        g_string_append_c (out, ' ');
      g_string_append (out, node->rev);
      if (node->deleted)
        g_string_append_c (out, ',');
      node->written = TRUE;
    }
}

/**
 * tally_rev_tree_serialize:
 * @self: a tree
 *
 * Words apart by one blank: a revision grows on the word before it; a comma at its end says it is
 * a tombstone. `,` alone begins a branch and is followed by the revision it grows on; `,,` begins
 * a root of its own. Leaves are written winner first, so that equal trees give equal lines.
 *
 * Returns: (transfer full): the line, empty for an empty tree
 */
char *
tally_rev_tree_serialize (TallyRevTree *self)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (self);
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  GString *out = g_string_sized_new (self->nodes->len * 36);

  for (guint i = 0; i < self->nodes->len; i++)
    ((Node *) self->nodes->pdata[i])->written = FALSE;
  for (guint i = 0; i < leaves->len; i++)
    append_chain (out, chain, find (self, g_array_index (leaves, TallyRevTreeLeaf, i).rev));

  return g_string_free (out, FALSE);
}

/* Reads one word; FALSE when it makes no sense there. */
static gboolean
read_word (TallyRevTree  *self,
           char          *word,
           Node         **last,
           gboolean      *branch)
{
  gsize length = strlen (word);
  gboolean deleted = length > 0 && word[length - 1] == ',';
  Node *node;

  if (strcmp (word, ",") == 0 || strcmp (word, ",,") == 0)
    {
      *branch = length == 1;
      *last = NULL;
      return TRUE;
    }

  if (deleted)
    word[length - 1] = '\0';
  node = find (self, word);
  if (*branch)
    {
      *branch = FALSE;
      *last = node;
      return node != NULL && !deleted;
    }

  if (node != NULL || !tally_rev_is_valid (word))
    return FALSE;
  node = add (self, word, deleted);
  if (*last != NULL)
    {
      if (node->generation != (*last)->generation + 1)
        return FALSE;
      set_parent (self, node, *last);
    }
  *last = node;

  return TRUE;
}

/**
 * tally_rev_tree_parse:
 * @text: what tally_rev_tree_serialize() wrote
 * @error: %TALLY_MODEL_ERROR_BAD_REV when it is something else
 *
 * Returns: (transfer full) (nullable): the tree
 */
TallyRevTree *
tally_rev_tree_parse (const char  *text,
                      GError     **error)
{
  g_autoptr (TallyRevTree) self = tally_rev_tree_new ();
  g_autofree char *copy = g_strdup (text);
  gboolean branch = FALSE;
  Node *last = NULL;
  char *at = copy;

  while (*at != '\0')
    {
      char *blank = strchr (at, ' ');
      char *next = blank != NULL ? blank + 1 : at + strlen (at);

      if (blank != NULL)
        *blank = '\0';
      if (!read_word (self, at, &last, &branch))
        {
          g_set_error (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_REV,
                       _("a revision tree is damaged at “%s”"), at);
          return NULL;
        }
      at = next;
    }

  return g_steal_pointer (&self);
}
