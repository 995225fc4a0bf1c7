/* test-pull.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "sync-rig.h"

static TallyRevision *
begin (SyncRig *rig)
{
  TallyRevision *first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");

  sync_rig_expect (rig, FALSE, "success", NULL);

  return first;
}

/* One leaf in the place of another, one generation on: it grew there, and nobody is asked. */
static void
test_next_generation (SyncRig       *rig,
                      gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) second = sync_rig_edit (rig, first, "r:1", "{\"n\":2}");
  g_autoptr (TallyRevision) third = NULL;
  g_autoptr (TallyRecord) record = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_n_asked (rig, "fetch"), ==, 0);
  third = sync_rig_edit (rig, second, "r:1", "{\"n\":3}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_n_asked (rig, "fetch"), ==, 0);

  record = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (record->local->rev, ==, third->rev);
  g_assert_cmpstr (record->local->ancestors[0], ==, second->rev);
  g_assert_cmpstr (record->local->ancestors[1], ==, first->rev);
  g_assert_null (record->local->ancestors[2]);
}

/* What lies between the two is not known, and not made up. */
static void
test_two_generations (SyncRig       *rig,
                      gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) second = sync_rig_edit (rig, first, "r:1", "{\"n\":2}");
  g_autoptr (TallyRevision) third = sync_rig_edit (rig, second, "r:1", "{\"n\":3}");
  g_autoptr (TallyRecord) record = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_n_asked (rig, "fetch"), ==, 0);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (record->local->rev, ==, third->rev);
  g_assert_null (record->local->ancestors[0]);
}

/* Which leaf grew on which only the server knows. */
static void
test_several_leaves (SyncRig       *rig,
                     gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) stranger =
    tally_revision_new ("r:1", "2-f0f0", NULL, FALSE, "{\"n\":2}", NULL);
  g_autoptr (TallyRecord) record = NULL;

  /* A second root: no child of the first, though one generation on. */
  tally_fake_remote_store (rig->remote, stranger);
  sync_rig_expect (rig, FALSE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpuint (record->leaves->len, ==, 2);
  g_assert_cmpstr (record->remote->rev, ==, "2-f0f0");
  g_assert_null (record->remote->ancestors[0]);
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_FORKED);
}

/* An edit that is taken back leaves nothing to send; the server's newer side is not here yet. */
static void
test_taken_back (SyncRig       *rig,
                 gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (TallyRecord) record = NULL;

  sync_rig_put (rig, "r:1", "{\"n\":5}");
  theirs = sync_rig_edit (rig, first, "r:1", "{\"n\":6}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 1);

  sync_rig_put (rig, "r:1", "{\"n\":1}");
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_held, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 1);

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 0);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (record->local->rev, ==, theirs->rev);
}

/* What the server would not show is asked for with every run, as no page tells of it again; until
 * then nobody can decide about it, nor afterwards who was shown it without. */
static void
test_gap (SyncRig       *rig,
          gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (TallyRecord) blind = NULL;
  g_autoptr (TallyRecord) seen = NULL;
  g_autoptr (GError) error = NULL;

  sync_rig_put (rig, "r:1", "{\"n\":5}");
  theirs = sync_rig_edit (rig, first, "r:1", "{\"n\":6}");
  tally_fake_remote_refuse (rig->remote, theirs->rev);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);
  blind = sync_rig_get (rig, "r:1");
  g_assert_null (blind->remote->body);
  g_assert_false (tally_store_settle (rig->store, blind, "{\"n\":7}", NULL, NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_clear_error (&error);

  tally_fake_remote_refuse (rig->remote, NULL);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 0);
  seen = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (seen->remote->body, ==, "{\"n\":6}");
  g_assert_false (tally_store_settle (rig->store, blind, "{\"n\":7}", NULL, NULL, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_clear_error (&error);
  g_assert_true (tally_store_settle (rig->store, seen, "{\"n\":7}", NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Every version of a fork can be had back after it was settled, not only two of them. */
static void
test_fork_of_four (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  static const char * const bodies[] = { "{\"n\":2}", "{\"n\":3}", "{\"n\":4}", "{\"n\":5}" };
  TallyRevision *sides[G_N_ELEMENTS (bodies)];
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    sides[i] = sync_rig_edit (rig, first, "r:1", bodies[i]);
  sync_rig_expect (rig, FALSE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_true (tally_store_settle (rig->store, record, "{\"n\":9}", NULL, NULL, &error));
  g_assert_no_error (error);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (TallyRevision) kept = NULL;

      g_assert_true (tally_store_get_revision (rig->store, "r:1", sides[i]->rev, &kept, &error));
      g_assert_nonnull (kept);
      g_assert_cmpstr (kept->body, ==, bodies[i]);
      tally_revision_unref (sides[i]);
    }
}

/* A record that was deleted, made anew and settled against what was deleted: the settlement's
 * tombstone is the deletion itself, which lies under the winner and is no leaf. */
static void
test_settled_to_an_ancestor (SyncRig       *rig,
                             gconstpointer  data)
{
  g_autoptr (TallyRevision) first =
    tally_revision_new_child (NULL, "r:1", FALSE, "{\"n\":1}", NULL);
  g_autoptr (TallyRevision) ended = tally_revision_new_child (first, "r:1", TRUE, "{}", NULL);
  const char *line[] = { ended->rev, NULL };
  g_autoptr (TallyRevision) reborn =
    tally_revision_new ("r:1", "3-f0f0", line, FALSE, "{\"n\":2}", NULL);
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  tally_fake_remote_store (rig->remote, reborn);
  tally_fake_remote_store (rig->remote, first);
  sync_rig_expect (rig, FALSE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpuint (record->leaves->len, ==, 2);

  g_assert_true (tally_store_settle (rig->store, record, "{\"n\":9}", NULL, NULL, &error));
  g_assert_no_error (error);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  g_assert_cmpuint (sync_rig_n_asked (rig, "push"), ==, 1);
}

/* Two edits were sent and never answered for, a third one waited, and a settlement ended that line:
 * the tombstone carries it, so that the first edit is nothing new when it arrives at last. */
static void
test_late_line (SyncRig       *rig,
                gconstpointer  data)
{
  g_autoptr (TallyRevision) first = begin (rig);
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (TallyRecord) sent = NULL;
  g_autoptr (TallyRecord) shown = NULL;
  g_autoptr (GError) error = NULL;

  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_LOST);
  sync_rig_put (rig, "r:1", "{\"n\":2}");
  sent = sync_rig_get (rig, "r:1");
  tally_run_free (sync_rig_run (rig));
  sync_rig_put (rig, "r:1", "{\"n\":3}");
  tally_run_free (sync_rig_run (rig));
  sync_rig_put (rig, "r:1", "{\"n\":4}");
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_WORKS);

  theirs = sync_rig_edit (rig, first, "r:1", "{\"n\":9}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  shown = sync_rig_get (rig, "r:1");
  g_assert_true (tally_store_settle (rig->store, shown, "{\"n\":10}", NULL, NULL, &error));
  g_assert_no_error (error);
  sync_rig_expect (rig, FALSE, "success", NULL);

  tally_fake_remote_store (rig->remote, sent->local);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/pull/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("next-generation", test_next_generation);
  ADD ("two-generations", test_two_generations);
  ADD ("several-leaves", test_several_leaves);
  ADD ("taken-back", test_taken_back);
  ADD ("gap", test_gap);
  ADD ("fork-of-four", test_fork_of_four);
  ADD ("late-line", test_late_line);
  ADD ("settled-to-an-ancestor", test_settled_to_an_ancestor);
#undef ADD

  return g_test_run ();
}
