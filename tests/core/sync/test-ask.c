/* test-ask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "sync-rig.h"
#include "sync/tally-pace.h"

/* --- who serves whom --- */

static char *one_record[] = { "till:1", NULL };
static char *two_records[] = { "receipt:1", "till:1", NULL };
static char *receipts[] = { "receipt", NULL };

/* What a run did, what somebody wants, whether they can take it for theirs. */
static const struct
{
  TallySyncAsk done;
  TallySyncAsk wanted;
  gboolean     serves;
} pairs[] = {
  { { 0 }, { 0 }, TRUE },
  { { 0 }, { .full = TRUE }, FALSE },
  { { .full = TRUE }, { 0 }, TRUE },
  { { .adopt = TRUE }, { .full = TRUE }, TRUE },
  { { .full = TRUE }, { .adopt = TRUE }, FALSE },
  { { .proof = TALLY_PROOF_COMPARED }, { .proof = TALLY_PROOF_VERIFIED }, TRUE },
  { { .proof = TALLY_PROOF_VERIFIED }, { .proof = TALLY_PROOF_COMPARED }, FALSE },
  { { .pull_only = TRUE }, { 0 }, FALSE },
  { { 0 }, { .pull_only = TRUE }, TRUE },
  { { .stop_after = TALLY_PHASE_VALIDATE }, { 0 }, FALSE },
  { { 0 }, { .stop_after = TALLY_PHASE_EXECUTE }, TRUE },
  { { .pull_only = TRUE }, { .stop_after = TALLY_PHASE_PREPARE }, TRUE },
  { { .records = one_record }, { 0 }, FALSE },
  { { 0 }, { .records = one_record }, TRUE },
  { { .records = two_records }, { .records = one_record }, TRUE },
  { { .records = one_record }, { .records = two_records }, FALSE },
  { { .collections = receipts }, { .records = one_record }, FALSE },
  { { .records = one_record }, { .pull_only = TRUE }, TRUE },
  { { .seconds = 5 }, { 0 }, FALSE },
  { { .seconds = 5 }, { .seconds = 5 }, TRUE },
  { { 0 }, { .seconds = 5 }, TRUE },
  { { .look_only = TRUE, .proof = TALLY_PROOF_VERIFIED }, { 0 }, FALSE },
  /* One that brings both sides to agreement first answers another question. */
  { { .proof = TALLY_PROOF_VERIFIED }, { .look_only = TRUE, .proof = TALLY_PROOF_VERIFIED }, FALSE },
};

static void
test_serves (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_test_message ("pair %u", i);
      g_assert_cmpint (tally_sync_ask_serves (&pairs[i].done, &pairs[i].wanted), ==,
                       pairs[i].serves);
    }
}

/* Whoever joins is served by what comes out, and so is whoever was there first. */
static void
test_join (void)
{
  guint n_joined = 0;

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_auto (TallySyncAsk) joined = { 0 };

      tally_sync_ask_copy (&pairs[i].done, &joined);
      if (!tally_sync_ask_join (&joined, &pairs[i].wanted))
        continue;
      n_joined++;
      g_test_message ("pair %u", i);
      g_assert_true (tally_sync_ask_serves (&joined, &pairs[i].done));
      g_assert_true (tally_sync_ask_serves (&joined, &pairs[i].wanted));
    }

  g_assert_cmpuint (n_joined, >, G_N_ELEMENTS (pairs) / 2);
}

/* --- what a run leaves out --- */

static void
expect_pushed (SyncRig    *rig,
               const char *status,
               guint       n_pushed)
{
  g_autoptr (TallyRun) run = sync_rig_run (rig);

  g_assert_cmpstr (run->status, ==, status);
  g_assert_cmpuint (run->n_pushed, ==, n_pushed);
}

static void
test_stop_after (SyncRig       *rig,
                 gconstpointer  data)
{
  g_autoptr (TallyRun) run = NULL;

  sync_rig_put (rig, "a", "{}");
  rig->ask.stop_after = TALLY_PHASE_VALIDATE;
  run = sync_rig_run (rig);
  g_assert_cmpstr (run->status, ==, "success");
  g_assert_cmpstr (run->grade, ==, "none");
  g_assert_cmpuint (sync_rig_n_asked (rig, "list-changes"), ==, 0);
  g_clear_pointer (&run, tally_run_free);

  rig->ask.stop_after = TALLY_PHASE_EXECUTE;
  run = sync_rig_run (rig);
  g_assert_cmpuint (run->n_pushed, ==, 1);
  g_assert_cmpstr (run->grade, ==, "none");
  g_clear_pointer (&run, tally_run_free);

  rig->ask.stop_after = TALLY_PHASE_IDLE;
  run = sync_rig_run (rig);
  g_assert_cmpstr (run->grade, ==, "checked");
}

static void
test_records (SyncRig       *rig,
              gconstpointer  data)
{
  sync_rig_put (rig, "receipt:1", "{}");
  sync_rig_put (rig, "receipt:2", "{}");
  sync_rig_put (rig, "till:1", "{}");
  sync_rig_put (rig, "loose", "{}");

  rig->ask.records = one_record;
  expect_pushed (rig, "success", 1);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 3);
  rig->ask.records = NULL;

  rig->ask.collections = receipts;
  expect_pushed (rig, "success", 2);
  rig->ask.collections = NULL;

  expect_pushed (rig, "success", 1);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
}

static void
test_batch_bytes (SyncRig       *rig,
                  gconstpointer  data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("r:%u", i);

      sync_rig_put (rig, key, "{\"note\":\"0123456789\"}");
    }

  rig->ask.batch_bytes = 1000;
  expect_pushed (rig, "success", 20);
  g_assert_cmpuint (sync_rig_n_asked (rig, "push"), ==, 5);
}

/* Nothing is taken in and nothing sent, whatever is found. */
static void
test_look_only (SyncRig       *rig,
                gconstpointer  data)
{
  g_autoptr (TallyRevision) there = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) news = NULL;
  g_autofree char *since = NULL;
  g_autofree char *after = NULL;
  g_autoptr (TallyRun) run = NULL;

  expect_pushed (rig, "success", 0);
  since = tally_store_dup_since (rig->store, NULL);
  sync_rig_put (rig, "mine", "{}");
  rig->ask.look_only = TRUE;
  rig->ask.proof = TALLY_PROOF_VERIFIED;
  run = sync_rig_run (rig);
  g_assert_cmpstr (run->status, ==, "success");
  g_assert_cmpstr (run->operation, ==, "verify");
  g_assert_cmpstr (run->grade, ==, "verified");
  g_assert_cmpuint (run->n_equal, ==, 1);
  g_assert_cmpuint (run->n_compared, ==, 2);
  g_clear_pointer (&run, tally_run_free);

  news = sync_rig_edit (rig, there, "r:1", "{\"n\":2}");
  sync_rig_expect (rig, FALSE, "failed", "differs");
  g_assert_cmpuint (sync_rig_n_asked (rig, "push"), ==, 0);
  g_assert_cmpuint (sync_rig_n_asked (rig, "save-checkpoint"), ==, 0);
  after = tally_store_dup_since (rig->store, NULL);
  g_assert_cmpstr (after, ==, since);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 1);

  rig->ask = (TallySyncAsk) { .proof = TALLY_PROOF_VERIFIED };
  expect_pushed (rig, "success", 1);
}

/* --- how much at once --- */

static void
test_pace (void)
{
  TallyPace pace = { 0 };
  guint first = tally_pace_get_push_bytes (&pace);

  tally_pace_note_push (&pace, 10, FALSE, TRUE);
  g_assert_cmpuint (tally_pace_get_push_bytes (&pace), ==, first);
  tally_pace_note_push (&pace, 10, TRUE, TRUE);
  g_assert_cmpuint (tally_pace_get_push_bytes (&pace), ==, 2 * first);
  tally_pace_note_push (&pace, 10, TRUE, FALSE);
  g_assert_cmpuint (tally_pace_get_push_bytes (&pace), ==, first);
  tally_pace_note_push (&pace, 10 * G_USEC_PER_SEC, FALSE, TRUE);
  g_assert_cmpuint (tally_pace_get_push_bytes (&pace), ==, first / 2);

  for (guint i = 0; i < 20; i++)
    tally_pace_note_push (&pace, 10, TRUE, TRUE);
  g_assert_cmpuint (tally_pace_get_push_bytes (&pace), ==, 1000 * 1000);
  for (guint i = 0; i < 20; i++)
    tally_pace_note_pull (&pace, 10, TRUE, FALSE);
  g_assert_cmpuint (tally_pace_get_pull_rows (&pace), ==, 50);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sync/ask/serves", test_serves);
  g_test_add_func ("/sync/ask/join", test_join);
  g_test_add_func ("/sync/ask/pace", test_pace);
#define ADD(name, func) \
  g_test_add ("/sync/ask/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("stop-after", test_stop_after);
  ADD ("records", test_records);
  ADD ("batch-bytes", test_batch_bytes);
  ADD ("look-only", test_look_only);
#undef ADD

  return g_test_run ();
}
