/* test-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "sync-rig.h"

/* What is planned, and that just this happens. */
static void
expect (SyncRig *rig,
        guint    n_send,
        guint    n_fetch,
        guint    n_delete,
        guint    n_rows)
{
  g_autoptr (TallyPlan) plan = sync_rig_plan (rig);
  g_autoptr (TallyRun) run = NULL;

  g_assert_cmpuint (plan->n_send, ==, n_send);
  g_assert_cmpuint (plan->n_fetch, ==, n_fetch);
  g_assert_cmpuint (plan->n_delete, ==, n_delete);
  g_assert_cmpuint (plan->rows->len, ==, n_rows);

  run = sync_rig_run (rig);
  g_assert_cmpuint (run->n_pushed, ==, n_send);
  g_assert_cmpuint (run->n_pulled, ==, n_fetch);
  g_assert_cmpuint (run->n_deleted, ==, n_delete);
}

static void
test_mixed (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (TallyRevision) one = sync_rig_edit (rig, NULL, "a", "{\"n\":1}");
  g_autoptr (TallyRevision) two = sync_rig_edit (rig, NULL, "b", "{\"n\":1}");
  g_autoptr (TallyRevision) gone = NULL;
  g_autoptr (TallyRevision) changed = NULL;

  expect (rig, 0, 2, 0, 2);
  gone = sync_rig_edit (rig, one, "a", NULL);
  changed = sync_rig_edit (rig, two, "b", "{\"n\":2}");
  sync_rig_put (rig, "c", "{\"n\":3}");
  expect (rig, 1, 2, 1, 3);
  expect (rig, 0, 0, 0, 0);
}

/* A run that ended before it had carried out what it had fetched. */
static void
test_behind (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (TallyRevision) one = sync_rig_edit (rig, NULL, "a", "{\"n\":1}");
  g_autoptr (TallyRevision) gone = NULL;
  g_autoptr (TallyRevision) two = NULL;

  expect (rig, 0, 1, 0, 1);
  gone = sync_rig_edit (rig, one, "a", NULL);
  two = sync_rig_edit (rig, NULL, "b", "{\"n\":1}");
  rig->page_rows = 1;
  sync_rig_meet (rig, "list-changes", 3, NULL);
  sync_rig_expect (rig, FALSE, "failed", "server-unreachable");
  sync_rig_meet (rig, NULL, 0, NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 1);
  expect (rig, 0, 1, 1, 2);
}

/* What a server would change is planned to stay. */
static void
test_bent (SyncRig       *rig,
           gconstpointer  data)
{
  g_autoptr (TallyPlan) plan = NULL;

  tally_fake_remote_set_bend (rig->remote, TALLY_BEND_WHOLE);
  sync_rig_put (rig, "a", "{\"n\":1}");
  expect (rig, 1, 0, 0, 1);

  sync_rig_put (rig, "b", "{\"n\":9007199254740993}");
  sync_rig_put (rig, "c", "{\"n\":2}");
  plan = sync_rig_plan (rig);
  g_assert_cmpstr (((TallyPlanRow *) plan->rows->pdata[0])->action, ==, "set aside");
  expect (rig, 1, 0, 0, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/sync/plan/" path, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)

  ADD ("mixed", test_mixed);
  ADD ("behind", test_behind);
  ADD ("bent", test_bent);

  return g_test_run ();
}
