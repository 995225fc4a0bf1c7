/* test-reconcile.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-fold.h"
#include "sync/tally-reconcile.h"
#include "sync/tally-sync-private.h"

#include "store/tally-store.h"

#define KEY "till:1"

/* What the simulator found in the pure parts, each as small as it gets. */

static TallyRevision *
edit (const TallyRevision *parent,
      const char          *body)
{
  return tally_revision_new_child (parent, KEY, FALSE, body, NULL);
}

static TallyRevision *
end (const TallyRevision *leaf)
{
  return tally_revision_new_child (leaf, KEY, TRUE, "{}", NULL);
}

/* A record as it stands: no reference is taken over. */
static TallyRecord *
record (const TallyRevision *base,
        const TallyRevision *local,
        const TallyRevision *remote)
{
  TallyRecord *self = tally_record_new (KEY);

  tally_record_set_base (self, base);
  tally_record_set_local (self, local);
  tally_record_set_remote (self, remote);

  return self;
}

static GPtrArray *
leaves (const TallyRevision *one,
        const TallyRevision *two)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  g_ptr_array_add (list, tally_revision_ref (one));
  if (two != NULL)
    g_ptr_array_add (list, tally_revision_ref (two));

  return list;
}

static void
assert_same (const TallyRevision *a,
             const TallyRevision *b)
{
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpstr (a->rev, ==, b->rev);
}

/* Another device ended the fork that our edit was in: it disputes nothing any more. */
static void
test_fork_over (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) ours = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) theirs = edit (first, "{\"a\":3}");
  g_autoptr (TallyRevision) ended = end (theirs);
  g_autoptr (TallyRevision) unsent = edit (ours, "{\"a\":4}");
  g_autoptr (TallyRecord) before = record (first, unsent, ours);
  g_autoptr (GPtrArray) shown = leaves (ours, ended);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_need_outbox (before);
  after = tally_reconcile (before, shown);

  assert_same (after->base, ours);
  assert_same (after->local, unsent);
  g_assert_false (tally_record_is_conflict (after));
  g_assert_true (tally_record_is_sendable (after));
}

/* Somebody settled a fork against our branch: its tombstone is no deletion of ours. */
static void
test_branch_ended (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) ours = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) theirs = edit (first, "{\"a\":3}");
  g_autoptr (TallyRevision) settled = edit (theirs, "{\"a\":1}");
  g_autoptr (TallyRevision) ended = end (ours);
  g_autoptr (TallyRecord) before = record (first, ours, theirs);
  g_autoptr (GPtrArray) shown = leaves (settled, ended);
  g_autoptr (TallyRecord) after = tally_reconcile (before, shown);

  assert_same (after->local, settled);
  g_assert_cmpint (tally_record_get_state (after), ==, TALLY_RECORD_CLEAN);
}

/* What we settled against arrives late: it waits to be closed and is nobody's winner. */
static void
test_late_arrival (void)
{
  const char *closes[] = { NULL, NULL };
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) late = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) ours = edit (first, "{\"a\":3}");
  g_autoptr (TallyRecord) before = record (first, ours, first);
  g_autoptr (GPtrArray) shown = leaves (late, NULL);
  g_autoptr (TallyRecord) after = NULL;

  closes[0] = late->rev;
  tally_record_set_closes (before, closes);
  after = tally_reconcile (before, shown);

  assert_same (after->remote, first);
  assert_same (after->local, ours);
  g_assert_false (tally_record_is_conflict (after));
  g_assert_true (tally_record_is_sendable (after));
}

/* An edit was taken back while the server moved: what waits is applied. */
static void
test_catch_up (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) theirs = edit (first, "{\"a\":2}");
  g_autoptr (TallyRecord) before = record (first, first, theirs);
  g_autoptr (GPtrArray) shown = leaves (theirs, NULL);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_set_leaves (before, shown);
  g_assert_cmpint (tally_record_get_state (before), ==, TALLY_RECORD_BEHIND);
  after = tally_catch_up (before);
  assert_same (after->local, theirs);
  g_assert_cmpint (tally_record_get_state (after), ==, TALLY_RECORD_CLEAN);
}

/* The result of a settlement may be the very edit that left without proof: never closed. */
static void
test_result_is_sent (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) theirs = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) sent = edit (theirs, "{\"a\":3}");
  g_autoptr (TallyRevision) other = edit (first, "{\"a\":4}");
  g_autoptr (TallyRecord) before = record (theirs, sent, theirs);
  g_autoptr (GPtrArray) shown = leaves (theirs, other);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_set_leaves (before, shown);
  tally_record_set_sent (before, sent);
  g_assert_true (tally_record_is_conflict (before));
  after = tally_record_settled (before, "{\"a\":3}", NULL);

  assert_same (after->local, sent);
  assert_same (after->outbox->sent, sent);
  g_assert_cmpuint (g_strv_length (after->outbox->closes), ==, 1);
  g_assert_cmpstr (after->outbox->closes[0], ==, other->rev);
}

/* A branch that was settled against came back as the winner and is chosen after all. */
static void
test_result_was_closed (void)
{
  const char *closes[] = { NULL, NULL };
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) back = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) ours = edit (first, "{\"a\":3}");
  g_autoptr (TallyRecord) before = record (first, ours, back);
  g_autoptr (GPtrArray) shown = leaves (back, NULL);
  g_autoptr (TallyRecord) after = NULL;

  closes[0] = back->rev;
  tally_record_set_leaves (before, shown);
  tally_record_set_closes (before, closes);
  after = tally_record_settled (before, "{\"a\":2}", NULL);

  /* Its tombstone may be under way: only a child outlives that. */
  g_assert_cmpstr (after->local->body, ==, back->body);
  g_assert_cmpstr (after->local->ancestors[0], ==, back->rev);
  g_assert_cmpstr (after->outbox->closes[0], ==, NULL);
}

/* The result is what the server shows, and an edit on top of that may arrive yet: the tombstone that
 * ends it must not end the result along with it. */
static void
test_result_may_be_outgrown (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) sent = edit (first, "{\"a\":3}");
  g_autoptr (TallyRevision) other = tally_revision_new (KEY, "1-f0", NULL, FALSE, "{}", NULL);
  g_autoptr (TallyRecord) before = record (first, sent, first);
  g_autoptr (GPtrArray) shown = leaves (first, other);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_set_leaves (before, shown);
  tally_record_set_sent (before, sent);
  after = tally_record_settled (before, "{\"a\":1}", NULL);

  g_assert_cmpstr (after->local->body, ==, first->body);
  g_assert_cmpstr (after->local->ancestors[0], ==, first->rev);
  g_assert_cmpuint (g_strv_length (after->outbox->closes), ==, 2);
}

/* A deletion that left without proof is not closed by a path that lacks its parent. */
static void
test_unproved_tombstone (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) deleted = end (first);
  g_autoptr (TallyRevision) theirs = edit (first, "{\"a\":2}");
  g_autoptr (TallyRecord) before = record (first, deleted, theirs);
  g_autoptr (GPtrArray) shown = leaves (theirs, NULL);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_set_leaves (before, shown);
  tally_record_set_sent (before, deleted);
  after = tally_record_settled (before, "{\"a\":5}", NULL);

  g_assert_cmpstr (after->outbox->closes[0], ==, NULL);
}

static TallyRevision *
unknown (const char *rev)
{
  return tally_revision_new (KEY, rev, NULL, FALSE, NULL, NULL);
}

/* What the server would not show is merged with nothing; whatever side it is. */
static void
test_unknown_side (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) ours = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) hidden = unknown ("2-ffff");
  g_autoptr (TallyRecord) diverged = record (first, ours, hidden);
  g_autoptr (TallyRecord) forked = record (ours, ours, ours);
  g_autoptr (GPtrArray) one = leaves (hidden, NULL);
  g_autoptr (GPtrArray) two = leaves (ours, hidden);

  tally_record_set_leaves (diverged, one);
  g_assert_true (tally_record_is_conflict (diverged));
  g_assert_null (tally_fold (diverged, NULL));

  tally_record_set_leaves (forked, two);
  g_assert_true (tally_record_is_conflict (forked));
  g_assert_null (tally_fold (forked, NULL));
}

/* The result is the other live leaf itself: nothing would be closed, and the record be in conflict
 * as before, to be merged again without end. */
static void
test_settles_nothing (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) grown = edit (first, "{\"a\":2}");
  g_autoptr (TallyRecord) before = record (first, first, first);
  g_autoptr (GPtrArray) shown = leaves (first, grown);
  g_autoptr (TallyMerge) merge = NULL;
  g_autoptr (TallyDecision) decision = NULL;

  tally_record_set_leaves (before, shown);
  merge = tally_fold (before, NULL);
  g_assert_cmpint (merge->kind, ==, TALLY_CONFLICT_NONE);
  g_assert_cmpstr (merge->body, ==, grown->body);

  decision = tally_sync_merge (before, before, NULL);
  g_assert_null (decision);
}

/* A leaf that the server shows is closed even where the result grew on it. */
static void
test_ancestor_is_leaf (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) grown = edit (first, "{\"a\":2}");
  g_autoptr (TallyRecord) before = record (first, first, grown);
  g_autoptr (GPtrArray) shown = leaves (grown, first);
  g_autoptr (TallyRecord) after = NULL;

  tally_record_set_leaves (before, shown);
  g_assert_true (tally_record_is_conflict (before));
  after = tally_record_settled (before, grown->body, NULL);

  assert_same (after->local, grown);
  g_assert_cmpstr (after->outbox->closes[0], ==, first->rev);
  g_assert_cmpstr (after->outbox->closes[1], ==, NULL);
  g_assert_false (tally_record_is_conflict (after));
}

/* Somebody gave our tombstone back who does not know its line, and what it ended is alive beside it:
 * it waits to be sent once more, whether or not it had been confirmed. */
static void
test_bare_tombstone (void)
{
  g_autoptr (TallyRevision) first = edit (NULL, "{\"a\":1}");
  g_autoptr (TallyRevision) second = edit (first, "{\"a\":2}");
  g_autoptr (TallyRevision) ended = end (second);
  g_autoptr (TallyRevision) bare = tally_revision_new (KEY, ended->rev, NULL, TRUE, "{}", NULL);
  g_autoptr (TallyRecord) clean = record (ended, ended, ended);
  g_autoptr (TallyRecord) waiting = record (second, ended, second);
  g_autoptr (GPtrArray) shown = leaves (second, bare);
  g_autoptr (GPtrArray) joined = leaves (ended, NULL);
  TallyRecord *before[] = { clean, waiting };

  tally_record_need_outbox (waiting);
  tally_record_set_sent (waiting, ended);
  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (TallyRecord) after = tally_reconcile (before[i], shown);
      g_autoptr (TallyRecord) over = tally_reconcile (after, joined);

      g_assert_cmpint (tally_record_get_state (after), ==, TALLY_RECORD_DELETED_HERE);
      g_assert_true (tally_record_is_sendable (after));
      assert_same (after->local, ended);
      assert_same (after->remote, second);
      g_assert_cmpint (tally_record_get_state (over), ==, TALLY_RECORD_CLEAN);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sync/reconcile/fork-over", test_fork_over);
  g_test_add_func ("/sync/reconcile/branch-ended", test_branch_ended);
  g_test_add_func ("/sync/reconcile/late-arrival", test_late_arrival);
  g_test_add_func ("/sync/reconcile/catch-up", test_catch_up);
  g_test_add_func ("/sync/settled/result-is-sent", test_result_is_sent);
  g_test_add_func ("/sync/settled/result-was-closed", test_result_was_closed);
  g_test_add_func ("/sync/settled/result-may-be-outgrown", test_result_may_be_outgrown);
  g_test_add_func ("/sync/settled/unproved-tombstone", test_unproved_tombstone);
  g_test_add_func ("/sync/settled/ancestor-is-leaf", test_ancestor_is_leaf);
  g_test_add_func ("/sync/fold/unknown-side", test_unknown_side);
  g_test_add_func ("/sync/merge/settles-nothing", test_settles_nothing);
  g_test_add_func ("/sync/reconcile/bare-tombstone", test_bare_tombstone);

  return g_test_run ();
}
