/* tally-rev-tree.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyRevTree:
 *
 * A document's revision tree as CouchDB keeps it: pure, without bodies. Used by the server and by
 * the simulator's oracle. Not a shared value: owned by whoever made it, one thread at a time.
 */
typedef struct _TallyRevTree TallyRevTree;

typedef enum
{
  TALLY_REV_TREE_KNOWN,       /* the tree held the revision already: nothing changed */
  TALLY_REV_TREE_EXTENDED,    /* it grew on a leaf, or a root learned its ancestors: no leaf more */
  TALLY_REV_TREE_BRANCHED,    /* it grew on an inner node or as a root of its own: a leaf more */
} TallyRevTreeInsert;

typedef struct
{
  const char *rev;       /* borrowed from the tree */
  gboolean    deleted;
} TallyRevTreeLeaf;

TallyRevTree       *tally_rev_tree_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void                tally_rev_tree_free      (TallyRevTree        *self);
/* @path: the revision and its ancestors, newest first, NULL-terminated, full "G-id" strings with
 * generations falling by one. Only the newest may be new with @deleted. */
TallyRevTreeInsert  tally_rev_tree_insert    (TallyRevTree        *self,
                                              const char * const  *path,
                                              gboolean             deleted);
gboolean            tally_rev_tree_has       (TallyRevTree        *self,
                                              const char          *rev);
gboolean            tally_rev_tree_is_leaf   (TallyRevTree        *self,
                                              const char          *rev);
/* Leaves, winner first (live before deleted, generation, id); (element-type TallyRevTreeLeaf). */
GArray             *tally_rev_tree_leaves    (TallyRevTree        *self) G_GNUC_WARN_UNUSED_RESULT;
/* The winner, NULL in an empty tree; borrowed. */
const char         *tally_rev_tree_winner    (TallyRevTree        *self,
                                              gboolean            *deleted);
/* @rev and its ancestors, newest first; NULL when the tree lacks it. */
char              **tally_rev_tree_path      (TallyRevTree        *self,
                                              const char          *rev) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps @limit revisions (1 at least) on the way back from each leaf, itself counted, as
 * CouchDB's _revs_limit does. Returns the revs dropped. */
char              **tally_rev_tree_stem      (TallyRevTree        *self,
                                              guint                limit) G_GNUC_WARN_UNUSED_RESULT;
/* One line of text and back, for a database column. Equal trees give equal lines. */
char               *tally_rev_tree_serialize (TallyRevTree        *self) G_GNUC_WARN_UNUSED_RESULT;
TallyRevTree       *tally_rev_tree_parse     (const char          *text,
                                              GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRevTree, tally_rev_tree_free)

G_END_DECLS
