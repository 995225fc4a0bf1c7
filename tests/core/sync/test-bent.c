/* test-bent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "sync-rig.h"

#define BIG "{\"n\":9007199254740993}"
#define LONG "{\"n\":0.12345678901234567890}"

static void
expect_run (SyncRig    *rig,
            const char *status,
            guint       n_pushed,
            guint       n_quarantined)
{
  g_autoptr (TallyRun) run = sync_rig_run (rig);

  g_assert_cmpstr (run->status, ==, status);
  g_assert_cmpuint (run->n_pushed, ==, n_pushed);
  g_assert_cmpuint (run->n_quarantined, ==, n_quarantined);
}

static void
expect_aside (SyncRig    *rig,
              const char *key,
              const char *detail)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);

  g_assert_cmpint (record->outbox->lane, ==, TALLY_LANE_QUARANTINE);
  g_assert_cmpstr (record->outbox->reason->code, ==, "bends-value");
  g_assert_cmpstr (tally_reason_get (record->outbox->reason, "detail"), ==, detail);
}

/* Known from the first run on, and the neighbours leave. */
static void
test_whole (SyncRig       *rig,
            gconstpointer  data)
{
  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL);
  sync_rig_put (rig, "a", "{\"n\":1}");
  sync_rig_put (rig, "b", BIG);
  sync_rig_put (rig, "c", "{\"n\":12.50}");
  expect_run (rig, "partial", 2, 1);
  expect_aside (rig, "b", "9007199254740993 → 9007199254740992");

  /* As text it leaves. */
  sync_rig_put (rig, "b", "{\"n\":\"9007199254740993\"}");
  expect_run (rig, "success", 1, 0);
}

/* CouchDB keeps whole numbers as they are. */
static void
test_decimal (SyncRig       *rig,
              gconstpointer  data)
{
  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_DECIMAL);
  sync_rig_put (rig, "a", BIG);
  sync_rig_put (rig, "b", LONG);
  expect_run (rig, "partial", 1, 1);
  expect_aside (rig, "b", "0.12345678901234567890 → 0.12345678901234568");
}

/* A server that does not bend takes everything; so does one that was changed for such a one. */
static void
test_retried (SyncRig       *rig,
              gconstpointer  data)
{
  guint n_retried;

  sync_rig_put (rig, "a", BIG);
  expect_run (rig, "success", 1, 0);

  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_WHOLE);
  sync_rig_put (rig, "b", BIG);
  expect_run (rig, "partial", 0, 1);
  g_assert_true (tally_store_retry (rig->store, "b", &n_retried, NULL));
  expect_run (rig, "partial", 0, 1);

  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_NOTHING);
  g_assert_true (tally_store_retry (rig->store, "b", &n_retried, NULL));
  expect_run (rig, "success", 1, 0);
}

/* Nothing has to be told of what is deleted, nor of what came from there. */
static void
test_others (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (TallyRevision) theirs = sync_rig_edit (rig, NULL, "a", BIG);
  g_autoptr (GError) error = NULL;

  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_WHOLE);
  expect_run (rig, "success", 0, 0);
  g_assert_true (tally_store_delete (rig->store, "a", NULL, &error));
  g_assert_no_error (error);
  expect_run (rig, "success", 1, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/sync/bent/" path, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)

  ADD ("whole", test_whole);
  ADD ("decimal", test_decimal);
  ADD ("retried", test_retried);
  ADD ("others", test_others);

  return g_test_run ();
}
