/* test-rev-tree.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "model/tally-rev-tree.h"
#include "model/tally-revision.h"

#include <string.h>

/* @path: words apart by blanks, newest first */
static TallyRevTreeInsert
insert (TallyRevTree *tree,
        const char   *path,
        gboolean      deleted)
{
  g_auto (GStrv) words = g_strsplit (path, " ", -1);

  return tally_rev_tree_insert (tree, (const char * const *) words, deleted);
}

static void
assert_leaves (TallyRevTree *tree,
               const char   *wanted)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (tree);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < leaves->len; i++)
    {
      TallyRevTreeLeaf *leaf = &g_array_index (leaves, TallyRevTreeLeaf, i);

      g_assert_true (tally_rev_tree_is_leaf (tree, leaf->rev));
      g_string_append_printf (out, "%s%s%s", i > 0 ? " " : "", leaf->rev, leaf->deleted ? "!" : "");
    }
  g_assert_cmpstr (out->str, ==, wanted);
  if (leaves->len > 0)
    {
      gboolean deleted;

      g_assert_cmpstr (tally_rev_tree_winner (tree, &deleted), ==,
                       g_array_index (leaves, TallyRevTreeLeaf, 0).rev);
      g_assert_cmpint (deleted, ==, g_array_index (leaves, TallyRevTreeLeaf, 0).deleted);
    }
}

static void
assert_path (TallyRevTree *tree,
             const char   *rev,
             const char   *wanted)
{
  g_auto (GStrv) path = tally_rev_tree_path (tree, rev);
  g_autofree char *joined = g_strjoinv (" ", path);

  g_assert_cmpstr (joined, ==, wanted);
}

static void
assert_line (TallyRevTree *tree,
             const char   *wanted)
{
  g_autofree char *line = tally_rev_tree_serialize (tree);
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRevTree) back = tally_rev_tree_parse (line, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  again = tally_rev_tree_serialize (back);
  g_assert_cmpstr (line, ==, again);
  if (wanted != NULL)
    g_assert_cmpstr (line, ==, wanted);
}

static void
test_grow (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();

  g_assert_null (tally_rev_tree_winner (tree, NULL));
  assert_line (tree, "");
  g_assert_cmpint (insert (tree, "1-a", FALSE), ==, TALLY_REV_TREE_BRANCHED);
  g_assert_cmpint (insert (tree, "1-a", FALSE), ==, TALLY_REV_TREE_KNOWN);
  g_assert_cmpint (insert (tree, "2-b 1-a", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  g_assert_cmpint (insert (tree, "4-d 3-c 2-b 1-a", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  g_assert_cmpint (insert (tree, "2-b 1-a", TRUE), ==, TALLY_REV_TREE_KNOWN);
  g_assert_cmpint (insert (tree, "3-x 2-b", FALSE), ==, TALLY_REV_TREE_BRANCHED);
  assert_leaves (tree, "4-d 3-x");
  assert_path (tree, "3-x", "3-x 2-b 1-a");
  g_assert_true (tally_rev_tree_has (tree, "3-c"));
  g_assert_false (tally_rev_tree_is_leaf (tree, "3-c"));
  g_assert_false (tally_rev_tree_has (tree, "3-z"));
  g_assert_null (tally_rev_tree_path (tree, "3-z"));
  assert_line (tree, "1-a 2-b 3-c 4-d , 2-b 3-x");
}

static void
test_tombstones (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();

  insert (tree, "1-a", FALSE);
  insert (tree, "2-b 1-a", FALSE);
  insert (tree, "2-c 1-a", FALSE);
  assert_leaves (tree, "2-c 2-b");
  g_assert_cmpint (insert (tree, "3-d 2-c", TRUE), ==, TALLY_REV_TREE_EXTENDED);
  assert_leaves (tree, "2-b 3-d!");
  insert (tree, "3-e 2-b", TRUE);
  assert_leaves (tree, "3-e! 3-d!");
  /* back from the dead: the tombstone stays inside */
  insert (tree, "4-f 3-e", FALSE);
  assert_leaves (tree, "4-f 3-d!");
  assert_line (tree, "1-a 2-b 3-e, 4-f , 1-a 2-c 3-d,");
}

static void
test_roots (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();

  insert (tree, "2-b 1-a", FALSE);
  g_assert_cmpint (insert (tree, "5-e", FALSE), ==, TALLY_REV_TREE_BRANCHED);
  g_assert_cmpint (insert (tree, "1-z", FALSE), ==, TALLY_REV_TREE_BRANCHED);
  assert_leaves (tree, "5-e 2-b 1-z");
  assert_line (tree, "5-e ,, 1-a 2-b ,, 1-z");

  /* the root learns its ancestors, one by one, then how it hangs together with the rest */
  g_assert_cmpint (insert (tree, "5-e 4-d", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  assert_leaves (tree, "5-e 2-b 1-z");
  g_assert_cmpint (insert (tree, "6-f 5-e 4-d 3-c 2-b", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  assert_leaves (tree, "6-f 1-z");
  assert_path (tree, "6-f", "6-f 5-e 4-d 3-c 2-b 1-a");
  g_assert_cmpint (insert (tree, "2-b 1-a", FALSE), ==, TALLY_REV_TREE_KNOWN);
}

static void
test_root_inside (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();

  insert (tree, "1-a", FALSE);
  insert (tree, "3-c", FALSE);
  insert (tree, "4-x 3-c", FALSE);
  /* 3-c has a child and becomes inner to another path */
  g_assert_cmpint (insert (tree, "4-y 3-c 2-b 1-a", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  assert_leaves (tree, "4-y 4-x");
  assert_path (tree, "4-x", "4-x 3-c 2-b 1-a");
}

static void
test_contradiction (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();

  insert (tree, "3-c 2-b 1-a", FALSE);
  g_assert_cmpint (insert (tree, "4-d 3-c 2-x 1-a", FALSE), ==, TALLY_REV_TREE_EXTENDED);
  g_assert_false (tally_rev_tree_has (tree, "2-x"));
  assert_path (tree, "4-d", "4-d 3-c 2-b 1-a");
}

static void
test_stem (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();
  g_auto (GStrv) none = NULL;
  g_auto (GStrv) some = NULL;

  insert (tree, "6-f 5-e 4-d 3-c 2-b 1-a", FALSE);
  insert (tree, "3-x 2-b", FALSE);
  none = tally_rev_tree_stem (tree, 6);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  some = tally_rev_tree_stem (tree, 2);
  g_assert_cmpuint (g_strv_length (some), ==, 3);
  assert_path (tree, "6-f", "6-f 5-e");
  assert_path (tree, "3-x", "3-x 2-b");
  assert_leaves (tree, "6-f 3-x");
  assert_line (tree, "5-e 6-f ,, 2-b 3-x");
}

static void
test_long (void)
{
  g_autoptr (TallyRevTree) tree = tally_rev_tree_new ();
  g_auto (GStrv) path = NULL;

  insert (tree, "1-a", FALSE);
  for (guint i = 2; i <= 3000; i++)
    {
      g_autofree char *two = g_strdup_printf ("%u-a %u-a", i, i - 1);
      g_auto (GStrv) dropped = NULL;

      g_assert_cmpint (insert (tree, two, FALSE), ==, TALLY_REV_TREE_EXTENDED);
      dropped = tally_rev_tree_stem (tree, 1000);
      g_assert_cmpuint (g_strv_length (dropped), ==, i > 1000 ? 1 : 0);
    }
  path = tally_rev_tree_path (tree, "3000-a");
  g_assert_cmpuint (g_strv_length (path), ==, 1000);
  g_assert_cmpstr (path[999], ==, "2001-a");
  assert_line (tree, NULL);
}

static void
test_damaged (void)
{
  static const char * const texts[] = {
    "x", "1-a 3-b", "1-a 1-b", "1-a  2-b", " 1-a", "1-a , 1-z 2-b", "1-a 2-b , 1-a, 2-c", "1-a 2-b 3-c 2-b",
    "1-a,,", "1-a ,,, 1-b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tally_rev_tree_parse (texts[i], &error));
      g_assert_error (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_REV);
    }
}

/* A full tree, and its paths given to a second one in another order and in pieces:
 * both end equal. */
static void
test_random_order (void)
{
  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (TallyRevTree) whole = tally_rev_tree_new ();
      g_autoptr (TallyRevTree) pieces = tally_rev_tree_new ();
      g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GArray) dead = g_array_new (FALSE, FALSE, sizeof (gboolean));
      guint n_revs = (guint) g_rand_int_range (rand, 1, 60);
      g_autofree char *line = NULL;
      g_autofree char *other = NULL;

      for (guint i = 0; i < n_revs; i++)
        {
          gboolean root = i == 0 || g_rand_int_range (rand, 0, 12) == 0;
          const char *parent = root ? NULL : revs->pdata[g_rand_int_range (rand, (gint32) i / 2, (gint32) i)];
          gboolean deleted = g_rand_int_range (rand, 0, 5) == 0;
          char *rev = g_strdup_printf ("%u-%u", parent ? tally_rev_generation (parent) + 1 : 1, i);
          const char *path[] = { rev, parent, NULL };

          g_ptr_array_add (revs, rev);
          g_array_append_val (dead, deleted);
          tally_rev_tree_insert (whole, path, deleted);
        }

      /* ancestors that come without their flag keep none: every revision comes before what
       * grew on it, or alone; here they come in their order, with paths cut anywhere */
      for (guint i = 0; i < n_revs; i++)
        {
          g_auto (GStrv) path = tally_rev_tree_path (whole, revs->pdata[i]);
          guint length = g_strv_length (path);
          guint cut = (guint) g_rand_int_range (rand, 1, (gint32) length + 1);

          for (guint j = cut; j < length; j++)
            g_clear_pointer (&path[j], g_free);
          tally_rev_tree_insert (pieces, (const char * const *) path, g_array_index (dead, gboolean, i));
          assert_line (pieces, NULL);
        }
      for (guint i = n_revs; i > 0; i--)
        {
          g_auto (GStrv) path = tally_rev_tree_path (whole, revs->pdata[i - 1]);

          tally_rev_tree_insert (pieces, (const char * const *) path, FALSE);
        }

      line = tally_rev_tree_serialize (whole);
      other = tally_rev_tree_serialize (pieces);
      g_assert_cmpstr (line, ==, other);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/rev-tree/grow", test_grow);
  g_test_add_func ("/model/rev-tree/tombstones", test_tombstones);
  g_test_add_func ("/model/rev-tree/roots", test_roots);
  g_test_add_func ("/model/rev-tree/root-inside", test_root_inside);
  g_test_add_func ("/model/rev-tree/contradiction", test_contradiction);
  g_test_add_func ("/model/rev-tree/stem", test_stem);
  g_test_add_func ("/model/rev-tree/long", test_long);
  g_test_add_func ("/model/rev-tree/damaged", test_damaged);
  g_test_add_func ("/model/rev-tree/random-order", test_random_order);

  return g_test_run ();
}
