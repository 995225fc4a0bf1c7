/* test-prove.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The grades beyond "checked": everything that the server lists is held against what is here.
 */

#include "sync-rig.h"

#define N_RECORDS 8

static void
begin (SyncRig *rig)
{
  for (guint i = 0; i < N_RECORDS; i++)
    {
      g_autofree char *key = g_strdup_printf ("r:%u", i);
      g_autoptr (TallyRevision) made = sync_rig_edit (rig, NULL, key, "{\"n\":1.0}");
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
  rig->ask.proof = TALLY_PROOF_VERIFIED;
}

static void
expect (SyncRig    *rig,
        const char *status,
        const char *grade,
        guint       n_equal,
        guint       n_compared)
{
  g_autoptr (TallyRun) run = sync_rig_run (rig);

  g_assert_cmpstr (run->status, ==, status);
  g_assert_cmpstr (run->grade, ==, grade);
  g_assert_cmpuint (run->n_equal, ==, n_equal);
  g_assert_cmpuint (run->n_compared, ==, n_compared);
}

static void
test_equal (SyncRig       *rig,
            gconstpointer  data)
{
  begin (rig);
  expect (rig, "success", "verified", N_RECORDS, N_RECORDS);
  rig->ask.proof = TALLY_PROOF_COMPARED;
  expect (rig, "success", "compared", N_RECORDS, N_RECORDS);
  rig->ask.proof = TALLY_PROOF_CHECKED;
  expect (rig, "success", "checked", 0, 0);
}

/* What waits or is in conflict is known: it is not equal, and proves nothing wrong. */
static void
test_waiting (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRevision) theirs = NULL;

  begin (rig);
  record = sync_rig_get (rig, "r:0");
  theirs = sync_rig_edit (rig, record->local, "r:0", "{\"n\":2}");
  sync_rig_put (rig, "r:0", "{\"n\":3}");
  sync_rig_put (rig, "r:new", "{}");
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_REFUSED);
  expect (rig, "partial", "verified", N_RECORDS - 1, N_RECORDS + 1);
}

/* A tombstone that nobody here ever saw as a record, and one that everybody knows. */
static void
test_deleted (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRevision) gone = NULL;
  g_autoptr (TallyRevision) made = NULL;
  g_autoptr (TallyRevision) unseen = NULL;

  begin (rig);
  record = sync_rig_get (rig, "r:0");
  gone = sync_rig_edit (rig, record->local, "r:0", NULL);
  made = sync_rig_edit (rig, NULL, "r:x", "{}");
  unseen = sync_rig_edit (rig, made, "r:x", NULL);
  expect (rig, "success", "verified", N_RECORDS - 1, N_RECORDS - 1);
}

/* The checkpoint is behind everything, whatever it has passed. */
static void
pass_by (SyncRig *rig)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (TallyChangesPage) page = NULL;
  g_autoptr (GError) error = NULL;

  page = tally_remote_list_changes (TALLY_REMOTE (rig->remote), NULL, 1000, FALSE, NULL, &error);
  g_assert_no_error (error);
  tally_store_apply (rig->store, none, page->since, 0, NULL, &error);
  g_assert_no_error (error);
}

/* Nobody would ever have noticed: it is found, and the next run reads everything. */
static void
test_missed (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (TallyRevision) made = NULL;

  begin (rig);
  record = sync_rig_get (rig, "r:0");
  theirs = sync_rig_edit (rig, record->local, "r:0", "{\"n\":2}");
  made = sync_rig_edit (rig, NULL, "r:new", "{}");
  pass_by (rig);
  rig->ask.proof = TALLY_PROOF_CHECKED;
  expect (rig, "success", "checked", 0, 0);
  rig->ask.proof = TALLY_PROOF_VERIFIED;
  sync_rig_expect (rig, FALSE, "failed", "unequal");
  expect (rig, "success", "verified", N_RECORDS + 1, N_RECORDS + 1);
}

static void
edit_last (gpointer data)
{
  SyncRig *rig = data;
  g_autoptr (TallyRecord) record = sync_rig_get (rig, "r:7");
  g_autoptr (TallyRevision) theirs = sync_rig_edit (rig, record->remote, "r:7", "{\"n\":9}");
  g_autoptr (TallyRevision) made = sync_rig_edit (rig, NULL, "r:new", "{}");
}

/* Somebody writes while it is listed: that is no difference. */
static void
test_moving (SyncRig       *rig,
             gconstpointer  data)
{
  begin (rig);
  /* The first is the pull's. */
  sync_rig_meet (rig, "list-changes", 2, edit_last);
  expect (rig, "success", "verified", N_RECORDS + 1, N_RECORDS + 1);
}

static void
test_lacking (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRun) run = NULL;
  const TallyRunError *failure;

  begin (rig);
  tally_fake_remote_purge (rig->remote, "r:3");
  run = sync_rig_run (rig);
  g_assert_cmpstr (run->status, ==, "partial");
  g_assert_cmpstr (run->grade, ==, "checked");
  g_assert_cmpuint (run->errors->len, ==, 1);
  failure = run->errors->pdata[0];
  g_assert_cmpstr (failure->record, ==, "r:3");
  g_assert_cmpstr (failure->reason->code, ==, "lacking");
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS);

  /* Said once, however often it is looked at. */
  expect (rig, "partial", "checked", N_RECORDS - 1, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);

  sync_rig_expect (rig, TRUE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 0);
  expect (rig, "success", "verified", N_RECORDS, N_RECORDS);
}

/* Another body under the same name: only whoever compares finds it. */
static void
test_bent (SyncRig       *rig,
           gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;

  begin (rig);
  record = sync_rig_get (rig, "r:0");
  tally_fake_remote_bend (rig->remote, "r:0", record->local->rev, "{\"n\":1}");
  rig->ask.proof = TALLY_PROOF_COMPARED;
  expect (rig, "success", "compared", N_RECORDS, N_RECORDS);
  tally_fake_remote_bend (rig->remote, "r:0", record->local->rev, "{\"n\":2}");
  expect (rig, "partial", "checked", N_RECORDS - 1, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);
  rig->ask.proof = TALLY_PROOF_VERIFIED;
  expect (rig, "success", "verified", N_RECORDS, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 1);
  tally_fake_remote_bend (rig->remote, "r:0", record->local->rev, "{\"n\":1}");
  rig->ask.proof = TALLY_PROOF_COMPARED;
  expect (rig, "success", "compared", N_RECORDS, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 0);
}

/* The server's winner is a branch that a settlement here is about to end, while the branch that it
 * grew on was deleted: what the record takes for the server's side is another leaf than that. */
static void
test_other_winner (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRevision) stranger =
    tally_revision_new ("r:0", "2-f0f0", NULL, FALSE, "{\"n\":2}", NULL);
  g_autoptr (TallyRevision) gone = NULL;
  g_autoptr (TallyRecord) shown = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  begin (rig);
  tally_fake_remote_store (rig->remote, stranger);
  expect (rig, "success", "verified", N_RECORDS - 1, N_RECORDS);
  shown = sync_rig_get (rig, "r:0");
  g_assert_true (tally_store_settle (rig->store, shown, "{\"n\":3}", NULL, NULL, &error));
  g_assert_no_error (error);
  gone = sync_rig_edit (rig, stranger, "r:0", NULL);

  rig->ask.proof = TALLY_PROOF_COMPARED;
  expect (rig, "success", "compared", N_RECORDS - 1, N_RECORDS);
  record = sync_rig_get (rig, "r:0");
  g_assert_cmpuint (record->leaves->len, ==, 2);
  g_assert_cmpstr (record->remote->rev, ==, gone->rev);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/prove/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("equal", test_equal);
  ADD ("waiting", test_waiting);
  ADD ("deleted", test_deleted);
  ADD ("missed", test_missed);
  ADD ("moving", test_moving);
  ADD ("lacking", test_lacking);
  ADD ("bent", test_bent);
  ADD ("other-winner", test_other_winner);
#undef ADD

  return g_test_run ();
}
