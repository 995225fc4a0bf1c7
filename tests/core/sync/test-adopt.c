/* test-adopt.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way out of "recreated": what the server lacks is given back to it.
 */

#include "sync-rig.h"

static void
delete (SyncRig    *rig,
        const char *key)
{
  g_autoptr (GError) error = NULL;

  tally_store_delete (rig->store, key, NULL, &error);
  g_assert_no_error (error);
}

/* A live record, a deleted one and a forked one, all as the server shows them. */
static void
begin (SyncRig *rig)
{
  g_autoptr (TallyRevision) live = sync_rig_edit (rig, NULL, "r:live", "{\"n\":1}");
  g_autoptr (TallyRevision) dead = sync_rig_edit (rig, NULL, "r:dead", "{\"n\":2}");
  g_autoptr (TallyRevision) root = sync_rig_edit (rig, NULL, "r:fork", "{\"n\":3}");
  g_autoptr (TallyRevision) one = NULL;
  g_autoptr (TallyRevision) two = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  delete (rig, "r:dead");
  one = sync_rig_edit (rig, root, "r:fork", "{\"n\":4}");
  two = sync_rig_edit (rig, root, "r:fork", "{\"n\":5}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 1);
}

/* The leaves a record has here, as text. */
static char *
dup_leaves (SyncRig    *rig,
            const char *key)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
  GString *text = g_string_new (tally_record_state_to_string (tally_record_get_state (record)));

  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      g_string_append_printf (text, " %s", leaf->rev);
    }

  return g_string_free (text, FALSE);
}

static void
assert_server_has_all (SyncRig    *rig,
                       const char *key)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);

  g_assert_cmpuint (record->leaves->len, >, 0);
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      g_assert_true (tally_fake_remote_has (rig->remote, key, leaf->rev));
    }
}

static const char * const keys[] = { "r:live", "r:dead", "r:fork" };

static void
assert_n_live (SyncRig    *rig,
               const char *key,
               guint       n)
{
  g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, key);

  g_assert_cmpuint (live->len, ==, n);
}

static void
test_all_leaves (SyncRig       *rig,
                 gconstpointer  data)
{
  char *before[G_N_ELEMENTS (keys)];

  begin (rig);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    before[i] = dup_leaves (rig, keys[i]);

  tally_fake_remote_recreate (rig->remote);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  g_assert_cmpuint (sync_rig_n_asked (rig, "push"), ==, 0);

  sync_rig_expect (rig, TRUE, "success", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *after = dup_leaves (rig, keys[i]);

      g_assert_cmpstr (after, ==, before[i]);
      assert_server_has_all (rig, keys[i]);
      g_free (before[i]);
    }
  assert_n_live (rig, "r:live", 1);
  assert_n_live (rig, "r:dead", 0);
  assert_n_live (rig, "r:fork", 2);
  g_assert_cmpint (sync_rig_session (rig), ==, tally_fake_remote_get_session (rig->remote));

  /* From now on it is the database that is known. */
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 2);
}

/* Nothing went missing: adopting is then a full run. */
static void
test_without_need (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRun) run = NULL;

  begin (rig);
  run = sync_rig_adopt (rig);
  g_assert_cmpstr (run->status, ==, "success");
  g_assert_cmpstr (run->operation, ==, "full");
  g_assert_cmpuint (run->n_unchanged, ==, 3);
}

/* A backup knows less of a record, and nothing of another. */
static void
test_restored (SyncRig       *rig,
               gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) second = NULL;
  g_autoptr (TallyRevision) foreign = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) other = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  tally_fake_remote_back_up (rig->remote);
  second = sync_rig_edit (rig, first, "r:1", "{\"n\":2}");
  sync_rig_put (rig, "r:2", "{\"n\":3}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  tally_fake_remote_restore (rig->remote);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  foreign = sync_rig_edit (rig, NULL, "r:3", "{\"n\":4}");

  sync_rig_expect (rig, TRUE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_CLEAN);
  g_assert_cmpstr (record->local->rev, ==, second->rev);
  assert_n_live (rig, "r:1", 1);
  assert_n_live (rig, "r:2", 1);
  other = sync_rig_get (rig, "r:3");
  g_assert_true (tally_record_is_live (other));
}

/* All of it or nothing that counts: the mark stays away, and so does the rest. */
static void
test_refused (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRun) run = NULL;
  g_autoptr (TallyRevision) foreign = NULL;
  g_autoptr (TallyRecord) absent = NULL;
  const TallyRunError *failure;

  begin (rig);
  record = sync_rig_get (rig, "r:live");
  tally_fake_remote_recreate (rig->remote);
  foreign = sync_rig_edit (rig, NULL, "r:new", "{}");
  tally_fake_remote_refuse_push (rig->remote, record->local->rev);

  run = sync_rig_adopt (rig);
  g_assert_cmpstr (run->status, ==, "failed");
  g_assert_cmpuint (run->errors->len, ==, 2);
  failure = run->errors->pdata[0];
  g_assert_cmpstr (failure->record, ==, "r:live");
  failure = run->errors->pdata[1];
  g_assert_null (failure->record);
  g_assert_cmpstr (failure->reason->code, ==, "refused");
  g_assert_cmpint (tally_fake_remote_get_session (rig->remote), ==, 0);
  g_assert_cmpuint (sync_rig_n_asked (rig, "list-changes"), ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 2);
  absent = sync_rig_get (rig, "r:new");
  g_assert_null (absent);

  sync_rig_expect (rig, FALSE, "failed", "recreated");
  tally_fake_remote_refuse_push (rig->remote, NULL);
  sync_rig_expect (rig, TRUE, "success", NULL);
  assert_server_has_all (rig, "r:live");
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 3);
}

/* Whatever ends it before the mark has moved, it begins again; after that an ordinary run reads
 * everything. */
static void
test_interrupted (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autofree char *since = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRun) run = NULL;

  begin (rig);
  tally_fake_remote_recreate (rig->remote);
  sync_rig_meet (rig, "save-checkpoint", 2, NULL);
  sync_rig_expect (rig, TRUE, "failed", "server-unreachable");
  since = tally_store_dup_since (rig->store, &error);
  g_assert_no_error (error);
  g_assert_null (since);
  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "failed", "recreated");

  sync_rig_meet (rig, "list-changes", 1, NULL);
  sync_rig_expect (rig, TRUE, "failed", "server-unreachable");
  sync_rig_meet (rig, NULL, 0, NULL);
  run = sync_rig_run (rig);
  g_assert_cmpstr (run->status, ==, "success");
  g_assert_cmpstr (run->operation, ==, "full");
  assert_server_has_all (rig, "r:live");
}

/* The server had the mark, the store was never told. */
static void
test_answer_lost (SyncRig       *rig,
                  gconstpointer  data)
{
  begin (rig);
  tally_fake_remote_recreate (rig->remote);
  tally_fake_remote_lose_marks (rig->remote, 1);
  sync_rig_expect (rig, TRUE, "success", NULL);
  assert_server_has_all (rig, "r:fork");
  sync_rig_expect (rig, FALSE, "success", NULL);
}

static void
recreate (gpointer data)
{
  SyncRig *rig = data;

  tally_fake_remote_recreate (rig->remote);
}

/* What was given is gone again with the database it was given to: the claim tells. */
static void
test_anew_again (SyncRig       *rig,
                 gconstpointer  data)
{
  begin (rig);
  tally_fake_remote_recreate (rig->remote);
  sync_rig_meet (rig, "save-checkpoint", 2, recreate);
  sync_rig_expect (rig, TRUE, "failed", "recreated");
  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  sync_rig_expect (rig, TRUE, "success", NULL);
  assert_server_has_all (rig, "r:live");
}

static void
cancel (gpointer data)
{
  SyncRig *rig = data;

  g_cancellable_cancel (rig->cancellable);
}

static void
test_cancelled (SyncRig       *rig,
                gconstpointer  data)
{
  begin (rig);
  tally_fake_remote_recreate (rig->remote);
  sync_rig_meet (rig, "push", 1, cancel);
  sync_rig_expect (rig, TRUE, "cancelled", NULL);
  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  sync_rig_expect (rig, TRUE, "success", NULL);
  assert_server_has_all (rig, "r:live");
}

/* What the server never showed can't be given back; what was agreed before it can, and nothing
 * waits for ever for what is gone. */
static void
test_unknown_leaf (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) bad = NULL;
  g_autoptr (TallyRevision) never = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) absent = NULL;

  tally_fake_remote_refuse (rig->remote, never->rev);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  bad = sync_rig_edit (rig, first, "r:1", "{\"n\":3}");
  tally_fake_remote_refuse (rig->remote, bad->rev);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 2);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 2);

  tally_fake_remote_recreate (rig->remote);
  sync_rig_expect (rig, TRUE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_CLEAN);
  g_assert_cmpstr (record->local->rev, ==, first->rev);
  assert_n_live (rig, "r:1", 1);
  absent = sync_rig_get (rig, "r:2");
  g_assert_false (tally_record_is_live (absent));
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 0);
}

/* Of a fork the side that was shown is given, and is what there is then. */
static void
test_unknown_side (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) one = NULL;
  g_autoptr (TallyRevision) two = NULL;
  g_autoptr (TallyRecord) record = NULL;
  const TallyRevision *shown;

  sync_rig_expect (rig, FALSE, "success", NULL);
  one = sync_rig_edit (rig, first, "r:1", "{\"n\":2}");
  two = sync_rig_edit (rig, first, "r:1", "{\"n\":3}");
  shown = tally_rev_compare_winner (one->rev, FALSE, two->rev, FALSE) > 0 ? two : one;
  tally_fake_remote_refuse (rig->remote, shown == one ? two->rev : one->rev);
  sync_rig_expect (rig, FALSE, "partial", NULL);

  tally_fake_remote_recreate (rig->remote);
  sync_rig_expect (rig, TRUE, "success", NULL);
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_CLEAN);
  g_assert_cmpstr (record->local->rev, ==, shown->rev);
  assert_n_live (rig, "r:1", 1);
}

/* Where the server still has it, it is still what stands in the way. */
static void
test_unknown_leaf_stays (SyncRig       *rig,
                         gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) bad = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  bad = sync_rig_edit (rig, first, "r:1", "{\"n\":3}");
  tally_fake_remote_refuse (rig->remote, bad->rev);
  sync_rig_put (rig, "r:1", "{\"n\":9}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 1);

  sync_rig_expect (rig, TRUE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_conflicts, ==, 1);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);
  assert_n_live (rig, "r:1", 1);
}

/* A tombstone whose body the server no longer had says deleted all the same. */
static void
test_bare_tombstone (SyncRig       *rig,
                     gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) bare = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  bare = tally_revision_new ("r:1", "2-b", (const char *[]) { first->rev, NULL }, TRUE, NULL, NULL);
  tally_fake_remote_store (rig->remote, bare);
  sync_rig_expect (rig, FALSE, "success", NULL);
  tally_fake_remote_recreate (rig->remote);
  sync_rig_expect (rig, TRUE, "success", NULL);
  g_assert_true (tally_fake_remote_has (rig->remote, "r:1", "2-b"));
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/adopt/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("all-leaves", test_all_leaves);
  ADD ("without-need", test_without_need);
  ADD ("restored", test_restored);
  ADD ("refused", test_refused);
  ADD ("interrupted", test_interrupted);
  ADD ("answer-lost", test_answer_lost);
  ADD ("anew-again", test_anew_again);
  ADD ("cancelled", test_cancelled);
  ADD ("unknown-leaf", test_unknown_leaf);
  ADD ("unknown-side", test_unknown_side);
  ADD ("unknown-leaf-stays", test_unknown_leaf_stays);
  ADD ("bare-tombstone", test_bare_tombstone);
#undef ADD

  return g_test_run ();
}
