/* test-mark.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mark that tells the database a store knows from one that was made anew or put back.
 */

#include "sync-rig.h"

static void
assert_absent (SyncRig    *rig,
               const char *key)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);

  g_assert_null (record);
}

static void
assert_present (SyncRig    *rig,
                const char *key)
{
  g_autoptr (TallyRecord) record = sync_rig_get (rig, key);

  g_assert_true (tally_record_is_live (record));
}

/* A record on the server that the store has, too. */
static void
begin (SyncRig *rig)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");

  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpint (tally_fake_remote_get_session (rig->remote), ==, 4);
  g_assert_cmpint (sync_rig_session (rig), ==, 4);
}

static void
nothing_is_here_yet (gpointer data)
{
  SyncRig *rig = data;

  assert_absent (rig, "r:1");
  g_assert_cmpint (sync_rig_session (rig), ==, 2);
}

/* The server has it, then the store counts it, then the page's rows come. */
static void
test_before_page (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");

  sync_rig_meet (rig, "save-checkpoint", 4, nothing_is_here_yet);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_n_asked (rig, "save-checkpoint"), ==, 4);
  g_assert_cmpint (tally_fake_remote_get_session (rig->remote), ==, 4);
  g_assert_cmpint (sync_rig_session (rig), ==, 4);
  assert_present (rig, "r:1");
}

static void
recreate (gpointer data)
{
  SyncRig *rig = data;

  tally_fake_remote_recreate (rig->remote);
}

/* Made anew between the very first page and its mark: the mark that stood before it tells. */
static void
test_anew_at_first (SyncRig       *rig,
                    gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");

  sync_rig_meet (rig, "save-checkpoint", 3, recreate);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  assert_absent (rig, "r:1");
}

/* Without the mark nothing of the page may be here. */
static void
test_not_written (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (TallyRevision) first = sync_rig_edit (rig, NULL, "r:1", "{\"n\":1}");
  g_autofree char *since = NULL;
  g_autoptr (GError) error = NULL;

  sync_rig_meet (rig, "save-checkpoint", 1, NULL);
  sync_rig_expect (rig, FALSE, "failed", "server-unreachable");
  assert_absent (rig, "r:1");
  g_assert_cmpint (sync_rig_session (rig), ==, 0);
  since = tally_store_dup_since (rig->store, &error);
  g_assert_no_error (error);
  g_assert_null (since);

  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_present (rig, "r:1");
}

static void
test_nothing_moved (SyncRig       *rig,
                    gconstpointer  data)
{
  begin (rig);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_n_asked (rig, "save-checkpoint"), ==, 0);
  g_assert_cmpint (tally_fake_remote_get_session (rig->remote), ==, 4);
  g_assert_cmpint (sync_rig_session (rig), ==, 4);
}

static void
restore (gpointer data)
{
  SyncRig *rig = data;

  tally_fake_remote_restore (rig->remote);
}

/* Backed up at the mark's fourth session; the store has seen the sixth. */
static void
begin_with_backup (SyncRig *rig)
{
  g_autoptr (TallyRevision) second = NULL;

  begin (rig);
  tally_fake_remote_back_up (rig->remote);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpint (sync_rig_session (rig), ==, 6);
}

/* The page came from the database as it was, and the mark is gone when it is to move. */
static void
test_restored_in_mid_run (SyncRig       *rig,
                          gconstpointer  data)
{
  g_autoptr (TallyRevision) third = NULL;

  begin_with_backup (rig);
  third = sync_rig_edit (rig, NULL, "r:3", "{\"n\":3}");

  sync_rig_meet (rig, "save-checkpoint", 1, restore);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  assert_absent (rig, "r:3");
  assert_present (rig, "r:2");
  g_assert_cmpint (sync_rig_session (rig), ==, 6);
}

/* Backed up after the last mark, which therefore fits: what the first page told is asked for again
 * under the new mark, and is not there. */
static void
test_restored_before_mark (SyncRig       *rig,
                           gconstpointer  data)
{
  g_autoptr (TallyRevision) second = NULL;

  begin (rig);
  tally_fake_remote_back_up (rig->remote);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");

  sync_rig_meet (rig, "save-checkpoint", 1, restore);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_absent (rig, "r:2");
  assert_present (rig, "r:1");
}

/* An edit between the first page and its list under the mark: the page is fetched anew. */
static void
edit_first (gpointer data)
{
  SyncRig *rig = data;
  g_autoptr (TallyRecord) record = sync_rig_get (rig, "r:1");
  g_autoptr (TallyRevision) second = sync_rig_edit (rig, record->local, "r:1", "{\"n\":2}");
}

static void
test_moved_on (SyncRig       *rig,
               gconstpointer  data)
{
  g_autoptr (TallyRevision) second = NULL;
  g_autoptr (TallyRecord) record = NULL;

  begin (rig);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  sync_rig_meet (rig, "save-checkpoint", 1, edit_first);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_present (rig, "r:2");
  record = sync_rig_get (rig, "r:1");
  g_assert_cmpstr (record->local->body, ==, "{\"n\":2}");
  g_assert_cmpint (sync_rig_session (rig), ==, 8);
}

/* What was taken in was there; that both sides agree cannot be said of a database that is gone. */
static void
test_restored_after_page (SyncRig       *rig,
                          gconstpointer  data)
{
  g_autoptr (TallyRevision) third = NULL;

  begin_with_backup (rig);
  third = sync_rig_edit (rig, NULL, "r:3", "{\"n\":3}");

  /* The first is validate's, the second verify's. */
  sync_rig_meet (rig, "load-checkpoint", 2, restore);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  assert_present (rig, "r:3");
  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
}

/* A copy of the last write comes after the return to the backup that it fits: the edit that was
 * sent since the backup is missing there all the same. */
static void
test_write_repeated (SyncRig       *rig,
                     gconstpointer  data)
{
  begin (rig);
  tally_fake_remote_back_up (rig->remote);
  sync_rig_put (rig, "r:2", "{\"n\":2}");
  sync_rig_expect (rig, FALSE, "success", NULL);

  tally_fake_remote_restore (rig->remote);
  tally_fake_remote_repeat_mark (rig->remote);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
}

static void
test_answer_lost (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (TallyRevision) second = NULL;

  begin (rig);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  tally_fake_remote_lose_marks (rig->remote, 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_present (rig, "r:2");
  /* Counted once more for the write that was lost. */
  g_assert_cmpint (tally_fake_remote_get_session (rig->remote), ==, 7);
  g_assert_cmpint (sync_rig_session (rig), ==, 7);
}

/* The answer to the first mark was cut short, then the database was made anew: the next write must
 * not make a mark where there is none. */
static void
test_answer_garbled (SyncRig       *rig,
                     gconstpointer  data)
{
  g_autoptr (TallyRevision) second = NULL;

  begin (rig);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  tally_fake_remote_garble_marks (rig->remote, 1);
  sync_rig_meet (rig, "list-changes", 2, recreate);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  sync_rig_meet (rig, NULL, 0, NULL);
  sync_rig_expect (rig, FALSE, "failed", "recreated");
  assert_absent (rig, "r:2");
}

/* A mark that never stands still is not ours alone. */
static void
test_never_still (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (TallyRevision) second = NULL;

  begin (rig);
  second = sync_rig_edit (rig, NULL, "r:2", "{\"n\":2}");
  tally_fake_remote_lose_marks (rig->remote, G_MAXUINT);
  sync_rig_expect (rig, FALSE, "failed", "server-error");
  g_assert_cmpuint (sync_rig_n_asked (rig, "save-checkpoint"), ==, 3);
  assert_absent (rig, "r:2");

  tally_fake_remote_lose_marks (rig->remote, 0);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_present (rig, "r:2");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/mark/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("before-page", test_before_page);
  ADD ("anew-at-first", test_anew_at_first);
  ADD ("not-written", test_not_written);
  ADD ("nothing-moved", test_nothing_moved);
  ADD ("restored-in-mid-run", test_restored_in_mid_run);
  ADD ("restored-before-mark", test_restored_before_mark);
  ADD ("moved-on", test_moved_on);
  ADD ("restored-after-page", test_restored_after_page);
  ADD ("write-repeated", test_write_repeated);
  ADD ("answer-lost", test_answer_lost);
  ADD ("answer-garbled", test_answer_garbled);
  ADD ("never-still", test_never_still);
#undef ADD

  return g_test_run ();
}
