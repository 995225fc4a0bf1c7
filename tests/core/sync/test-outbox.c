/* test-outbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person does with the edits that wait, and with those that the server refused.
 */

#include "sync-rig.h"

static GPtrArray *
list (SyncRig   *rig,
      TallyLane  lane)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = tally_store_list_outbox_rows (rig->store, lane, 0, 100, &error);

  g_assert_no_error (error);

  return rows;
}

static void
assert_listed (SyncRig    *rig,
               TallyLane   lane,
               guint       n,
               const char *first)
{
  g_autoptr (GPtrArray) rows = list (rig, lane);

  g_assert_cmpuint (rows->len, ==, n);
  if (n > 0)
    g_assert_cmpstr (((TallyOutboxRow *) rows->pdata[0])->key, ==, first);
}

/* A changed, a new and a deleted record, all refused. */
static void
begin (SyncRig *rig)
{
  g_autoptr (TallyRevision) changed = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autoptr (TallyRevision) deleted = sync_rig_edit (rig, NULL, "r:2", "{\"n\":1}");
  g_autoptr (GError) error = NULL;

  sync_rig_expect (rig, FALSE, "success", NULL);
  sync_rig_put (rig, "r:1", "{\"n\":2}");
  sync_rig_put (rig, "r:new", "{\"n\":3}");
  tally_store_delete (rig->store, "r:2", NULL, &error);
  g_assert_no_error (error);
  assert_listed (rig, TALLY_LANE_SEND, 3, "r:1");
  assert_listed (rig, TALLY_LANE_QUARANTINE, 0, NULL);

  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_REFUSED);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_WORKS);
}

static void
test_listed (SyncRig       *rig,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) rows = NULL;

  begin (rig);
  assert_listed (rig, TALLY_LANE_SEND, 0, NULL);
  rows = list (rig, TALLY_LANE_QUARANTINE);
  g_assert_cmpuint (rows->len, ==, 3);
  for (guint i = 0; i < rows->len; i++)
    {
      const TallyOutboxRow *row = rows->pdata[i];

      g_assert_cmpstr (row->collection, ==, "r");
      g_assert_cmpstr (row->reason->code, ==, "refused");
      g_assert_cmpuint (row->n_tries, ==, 1);
      g_assert_cmpint (row->created_us, >, 0);
      g_assert_true (row->deleted == g_str_equal (row->key, "r:2"));
    }
}

static void
test_retry (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  guint n;

  begin (rig);
  tally_store_retry (rig->store, "r:1", &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  assert_listed (rig, TALLY_LANE_SEND, 1, "r:1");
  assert_listed (rig, TALLY_LANE_QUARANTINE, 2, "r:new");
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 2);

  tally_store_retry (rig->store, NULL, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_listed (rig, TALLY_LANE_SEND, 0, NULL);
  assert_listed (rig, TALLY_LANE_QUARANTINE, 0, NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 2);

  g_assert_false (tally_store_retry (rig->store, "r:1", &n, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND);
}

/* It is refused once more, and set aside once more. */
static void
test_in_vain (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  guint n;

  begin (rig);
  tally_store_retry (rig->store, NULL, &n, &error);
  g_assert_no_error (error);
  tally_fake_remote_set_push (rig->remote, TALLY_FAKE_PUSH_REFUSED);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_listed (rig, TALLY_LANE_QUARANTINE, 3, "r:1");
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 3);
}

static void
discard (SyncRig    *rig,
         const char *key)
{
  g_autoptr (GError) error = NULL;

  tally_store_discard (rig->store, key, &error);
  g_assert_no_error (error);
}

/* What the server has is what there is; what was given up can be had back. */
static void
test_discard (SyncRig       *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRecord) changed = NULL;
  g_autoptr (TallyRecord) deleted = NULL;
  g_autoptr (TallyRecord) new = NULL;
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyRevision) kept = NULL;
  g_autoptr (GError) error = NULL;

  begin (rig);
  new = sync_rig_get (rig, "r:new");
  discard (rig, "r:1");
  discard (rig, "r:2");
  discard (rig, "r:new");
  assert_listed (rig, TALLY_LANE_QUARANTINE, 0, NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_problems, ==, 0);
  changed = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (changed->local->body, ==, "{\"n\":1}");
  deleted = sync_rig_get (rig, "r:2");
  g_assert_true (tally_record_is_live (deleted));
  after = sync_rig_get (rig, "r:new");
  g_assert_false (tally_record_is_live (after));
  tally_store_get_revision (rig->store, "r:new", new->local->rev, &kept, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->body, ==, "{\"n\":3}");

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, 2);
  rig->ask.proof = TALLY_PROOF_COMPARED;
  sync_rig_expect (rig, FALSE, "success", NULL);

  g_assert_false (tally_store_discard (rig->store, "r:1", &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND);
}

/* Typed again after it was given up: it is the same revision, and leaves. */
static void
test_again (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (GPtrArray) live = NULL;

  begin (rig);
  discard (rig, "r:new");
  sync_rig_put (rig, "r:new", "{\"n\":3}");
  assert_listed (rig, TALLY_LANE_SEND, 1, "r:new");
  sync_rig_expect (rig, FALSE, "success", NULL);
  live = tally_fake_remote_live (rig->remote, "r:new");
  g_assert_cmpuint (live->len, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/outbox/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("listed", test_listed);
  ADD ("retry", test_retry);
  ADD ("in-vain", test_in_vain);
  ADD ("discard", test_discard);
  ADD ("again", test_again);
#undef ADD

  return g_test_run ();
}
