/* test-order.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "sync-rig.h"
#include "sync/tally-push-queue.h"

static void
declare (SyncRig    *rig,
         const char *order)
{
  g_autoptr (GError) error = NULL;

  tally_store_set_setting (rig->store, TALLY_SYNC_ORDER_SETTING, order, &error);
  g_assert_no_error (error);
}

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
expect_waiting (SyncRig    *rig,
                const char *key,
                const char *obstacle)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);

  g_assert_nonnull (record->outbox);
  g_assert_nonnull (record->outbox->reason);
  g_assert_cmpstr (record->outbox->reason->code, ==, TALLY_REASON_WAITS_FOR);
  g_assert_cmpstr (tally_reason_get (record->outbox->reason, "record"), ==, obstacle);
}

/* What is refused holds up what names it, and nothing else. */
static void
test_refused (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRecord) till = NULL;
  guint n_retried;

  declare (rig, "{\"receipt\":{\"priority\":9,\"references\":{\"/till\":\"till\",\"/voids\":\"\"}}}");
  sync_rig_put (rig, "receipt:2", "{\"voids\":\"receipt:1\"}");
  sync_rig_put (rig, "receipt:1", "{\"till\":1}");
  sync_rig_put (rig, "receipt:3", "{\"till\":2}");
  sync_rig_put (rig, "till:1", "{\"n\":1}");
  sync_rig_put (rig, "till:2", "{\"n\":2}");
  till = sync_rig_get (rig, "till:1");
  tally_fake_remote_refuse_push (rig->remote, till->local->rev);

  expect_pushed (rig, "partial", 2);
  expect_waiting (rig, "receipt:1", "till:1");
  expect_waiting (rig, "receipt:2", "receipt:1");
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 2);
  expect_pushed (rig, "success", 0);
  expect_waiting (rig, "receipt:1", "till:1");

  tally_fake_remote_refuse_push (rig->remote, NULL);
  g_assert_true (tally_store_retry (rig->store, "till:1", &n_retried, NULL));
  expect_pushed (rig, "success", 3);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
}

/* Each in a batch of its own, the one that everything hangs on first. */
static void
test_chain (SyncRig       *rig,
            gconstpointer  data)
{
  declare (rig, "{\"r\":{\"references\":{\"/lines/of\":\"r\"}}}");
  for (guint i = 9; i > 0; i--)
    {
      g_autofree char *key = g_strdup_printf ("r:%u", i);
      g_autofree char *body = g_strdup_printf ("{\"lines\":[{\"of\":%u},{\"of\":\"none\"}]}", i - 1);

      sync_rig_put (rig, key, body);
    }
  expect_pushed (rig, "success", 9);
  g_assert_cmpuint (sync_rig_n_asked (rig, "push"), ==, 9);
}

/* Two that name each other, and one that names itself: all leave. */
static void
test_ring (SyncRig       *rig,
           gconstpointer  data)
{
  g_autoptr (TallyRun) run = NULL;

  declare (rig, "{\"r\":{\"references\":{\"/of\":\"r\"}}}");
  sync_rig_put (rig, "r:1", "{\"of\":2}");
  sync_rig_put (rig, "r:2", "{\"of\":1}");
  sync_rig_put (rig, "r:3", "{\"of\":3}");
  run = sync_rig_run (rig);
  g_assert_cmpuint (run->n_pushed, ==, 3);
  g_assert_cmpuint (run->errors->len, ==, 1);
  g_assert_cmpstr (((TallyRunError *) run->errors->pdata[0])->reason->code, ==, "reference-ring");
}

/* No answer to the parent: whether it arrived is looked up first, then the child leaves. */
static void
test_unknown (SyncRig       *rig,
              gconstpointer  data)
{
  declare (rig, "{\"r\":{\"references\":{\"/of\":\"r\"}}}");
  sync_rig_put (rig, "r:2", "{\"of\":1}");
  sync_rig_put (rig, "r:1", "{}");
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_ANSWER_LOST);
  expect_pushed (rig, "success", 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/order/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("refused", test_refused);
  ADD ("chain", test_chain);
  ADD ("ring", test_ring);
  ADD ("unknown", test_unknown);
#undef ADD

  return g_test_run ();
}
