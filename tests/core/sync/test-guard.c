/* test-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Deletions that are too many at once wait for a person's word; everything else goes on.
 */

#include "sync-rig.h"

#define N_RECORDS 40
#define N_MANY 12   /* 30 % */

static char *
name (guint i)
{
  return g_strdup_printf ("r:%02u", i);
}

/* Forty receipts that both sides have, and one record of another collection. */
static void
begin (SyncRig *rig)
{
  g_autoptr (TallyRevision) other = sync_rig_edit (rig, NULL, "till:1", "{\"n\":0}");

  for (guint i = 0; i < N_RECORDS; i++)
    {
      g_autofree char *key = name (i);
      g_autoptr (TallyRevision) made = sync_rig_edit (rig, NULL, key, "{\"n\":1}");
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS + 1);
}

static void
delete_there (SyncRig *rig,
              guint    from,
              guint    n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *key = name (i);
      g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
      g_autoptr (TallyRevision) gone = sync_rig_edit (rig, record->remote, key, NULL);
    }
}

static void
delete_here (SyncRig *rig,
             guint    from,
             guint    n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *key = name (i);
      g_autoptr (GError) error = NULL;

      tally_store_delete (rig->store, key, NULL, &error);
      g_assert_no_error (error);
    }
}

static guint
count_there (SyncRig *rig)
{
  guint n = 0;

  for (guint i = 0; i < N_RECORDS; i++)
    {
      g_autofree char *key = name (i);
      g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, key);

      n += live->len > 0;
    }

  return n;
}

static void
answer (SyncRig        *rig,
        TallyGuardSide  side,
        gboolean        keep,
        guint           n_shown,
        int             code)
{
  g_autoptr (GError) error = NULL;
  gboolean done = tally_store_answer_guard (rig->store, "r", side, keep, n_shown, 0, &error);

  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, TALLY_STORE_ERROR, code);
  g_assert_true (done == (code < 0));
}

/* The one question there is. */
static void
assert_question (SyncRig        *rig,
                 TallyGuardSide  side,
                 guint           n_records)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) guards = tally_store_list_guards (rig->store, &error);
  g_autoptr (GPtrArray) records = NULL;
  const TallyGuard *guard;

  g_assert_no_error (error);
  g_assert_cmpuint (guards->len, ==, 1);
  guard = guards->pdata[0];
  g_assert_cmpstr (guard->collection, ==, "r");
  g_assert_cmpint (guard->side, ==, side);
  g_assert_cmpuint (guard->n_records, ==, n_records);
  g_assert_cmpuint (guard->n_total, ==, N_RECORDS);

  records = tally_store_list_guarded (rig->store, "r", side, 0, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, n_records);
}

static void
assert_no_question (SyncRig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) guards = tally_store_list_guards (rig->store, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (guards->len, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_there, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_here, ==, 0);
}

/* Twelve of forty are gone there; an edit there, one here and a deletion elsewhere go on. */
static void
begin_there (SyncRig *rig)
{
  g_autoptr (TallyRecord) last = NULL;
  g_autoptr (TallyRecord) other = NULL;
  g_autoptr (TallyRevision) edited = NULL;
  g_autoptr (TallyRevision) gone = NULL;

  begin (rig);
  delete_there (rig, 0, N_MANY);
  last = sync_rig_get (rig, "r:39");
  edited = sync_rig_edit (rig, last->remote, "r:39", "{\"n\":2}");
  other = sync_rig_get (rig, "till:1");
  gone = sync_rig_edit (rig, other->remote, "till:1", NULL);
  sync_rig_put (rig, "r:38", "{\"n\":3}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
}

static void
test_there (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (TallyRecord) edited = NULL;
  g_autoptr (TallyRecord) sent = NULL;
  g_autoptr (TallyRecord) other = NULL;

  begin_there (rig);
  assert_question (rig, TALLY_GUARD_SERVER, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_there, ==, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_behind, ==, 0);
  edited = sync_rig_get (rig, "r:39");
  g_assert_cmpstr (edited->local->body, ==, "{\"n\":2}");
  sent = sync_rig_get (rig, "r:38");
  g_assert_cmpint (tally_record_get_state (sent), ==, TALLY_RECORD_CLEAN);
  other = sync_rig_get (rig, "till:1");
  g_assert_false (tally_record_is_live (other));

  /* Asked again with every run. */
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_SERVER, N_MANY);
}

static void
test_there_confirmed (SyncRig       *rig,
                      gconstpointer  data)
{
  begin_there (rig);
  answer (rig, TALLY_GUARD_SERVER, FALSE, N_MANY, -1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS - N_MANY);

  /* The answer was about those: one more is no question, many more are one. */
  delete_there (rig, N_MANY, 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  delete_there (rig, N_MANY + 1, N_MANY);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_there, ==, N_MANY);
}

/* … and no leave for as many others, even where a run ends before anything else was looked at. */
static void
test_there_used_up (SyncRig       *rig,
                    gconstpointer  data)
{
  begin_there (rig);
  answer (rig, TALLY_GUARD_SERVER, FALSE, N_MANY, -1);
  sync_rig_expect (rig, FALSE, "success", NULL);

  delete_there (rig, N_MANY, N_MANY);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_there, ==, N_MANY);
}

static void
test_there_kept (SyncRig       *rig,
                 gconstpointer  data)
{
  begin_there (rig);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS - N_MANY);
  answer (rig, TALLY_GUARD_SERVER, TRUE, N_MANY, -1);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, N_MANY);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS);
  answer (rig, TALLY_GUARD_SERVER, TRUE, N_MANY, TALLY_STORE_ERROR_NOT_FOUND);
}

/* What joined since the question was shown is not answered for. */
static void
test_there_joined (SyncRig       *rig,
                   gconstpointer  data)
{
  begin_there (rig);
  delete_there (rig, N_MANY, 2);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_SERVER, N_MANY + 2);
  answer (rig, TALLY_GUARD_SERVER, FALSE, N_MANY, TALLY_STORE_ERROR_STALE);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS);
}

/* Brought back by whoever deleted them: there is nothing to ask any more. */
static void
test_there_undone (SyncRig       *rig,
                   gconstpointer  data)
{
  begin_there (rig);
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *key = name (i);
      g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
      g_autoptr (TallyRevision) back = sync_rig_edit (rig, record->remote, key, "{\"n\":1}");
    }
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS);
}

/* Many small lots are one large one. */
static void
test_there_bit_by_bit (SyncRig       *rig,
                       gconstpointer  data)
{
  begin (rig);
  delete_there (rig, 0, 6);
  sync_rig_expect (rig, FALSE, "success", NULL);
  delete_there (rig, 6, 6);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_SERVER, 6);
}

static void
test_few (SyncRig       *rig,
          gconstpointer  data)
{
  begin (rig);
  delete_there (rig, 0, 8);
  delete_here (rig, 8, 8);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS + 1 - 16);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS - 16);
}

static void
begin_here (SyncRig *rig)
{
  begin (rig);
  delete_here (rig, 0, N_MANY);
  sync_rig_put (rig, "r:38", "{\"n\":3}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
}

static void
test_here (SyncRig       *rig,
           gconstpointer  data)
{
  g_autoptr (TallyRecord) sent = NULL;

  begin_here (rig);
  assert_question (rig, TALLY_GUARD_LOCAL, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_here, ==, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_held, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS);
  sent = sync_rig_get (rig, "r:38");
  g_assert_cmpint (tally_record_get_state (sent), ==, TALLY_RECORD_CLEAN);

  /* Those that join wait with them. */
  delete_here (rig, N_MANY, 1);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_LOCAL, N_MANY + 1);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS);
}

static void
test_here_confirmed (SyncRig       *rig,
                     gconstpointer  data)
{
  begin_here (rig);
  answer (rig, TALLY_GUARD_LOCAL, FALSE, N_MANY, -1);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, N_MANY);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS - N_MANY);
}

/* An answer gives no leave for as many others. */
static void
test_here_used_up (SyncRig       *rig,
                   gconstpointer  data)
{
  begin_here (rig);
  answer (rig, TALLY_GUARD_LOCAL, FALSE, N_MANY, -1);
  sync_rig_expect (rig, FALSE, "success", NULL);

  delete_here (rig, N_MANY, N_MANY);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_here, ==, N_MANY);
}

static void
test_here_kept (SyncRig       *rig,
                gconstpointer  data)
{
  begin_here (rig);
  answer (rig, TALLY_GUARD_LOCAL, TRUE, N_MANY, -1);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS + 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  g_assert_cmpuint (count_there (rig), ==, N_RECORDS);
}

/* One of them is typed again: it is no deletion any more, and leaves. */
static void
test_here_typed_again (SyncRig       *rig,
                       gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;

  begin_here (rig);
  sync_rig_put (rig, "r:00", "{\"n\":9}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_LOCAL, N_MANY - 1);
  record = sync_rig_get (rig, "r:00");
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_CLEAN);
}

/* Edited on the other side meanwhile, and settled for the edit: that is no deletion any more. */
static void
test_here_settled (SyncRig       *rig,
                   gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) shown = NULL;
  g_autoptr (TallyRevision) theirs = NULL;
  g_autoptr (GError) error = NULL;

  begin_here (rig);
  record = sync_rig_get (rig, "r:00");
  theirs = sync_rig_edit (rig, record->remote, "r:00", "{\"n\":5}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  shown = sync_rig_get (rig, "r:00");
  g_assert_true (tally_record_is_conflict (shown));
  tally_store_settle (rig->store, shown, "{\"n\":6}", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 1);
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_LOCAL, N_MANY - 1);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_here, ==, N_MANY - 1);
}

/* Deleted on the other side as well meanwhile: both agree, nobody is asked. */
static void
test_both (SyncRig       *rig,
           gconstpointer  data)
{
  begin_here (rig);
  delete_there (rig, 0, N_MANY);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_records, ==, N_RECORDS + 1 - N_MANY);
}

/* --- edits --- */

/* A script went over them: the same change to each; @value NULL: another one to each. */
static void
edit_here (SyncRig    *rig,
           guint       first,
           guint       n,
           const char *value)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *key = name (i);
      g_autofree char *body = value != NULL ? g_strdup_printf ("{\"n\":1,\"total\":%s}", value)
                                            : g_strdup_printf ("{\"n\":1,\"total\":%u}", i);

      sync_rig_put (rig, key, body);
    }
}

static void
begin_alike (SyncRig *rig)
{
  begin (rig);
  edit_here (rig, 0, N_MANY, "0.00");
  sync_rig_put (rig, "r:39", "{\"note\":\"other\"}");
  sync_rig_expect (rig, FALSE, "partial", NULL);
}

static void
expect_total (SyncRig    *rig,
              guint       i,
              const char *total)
{
  g_autofree char *key = name (i);
  g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, key);
  const TallyRevision *leaf = live->pdata[0];

  g_assert_cmpuint (live->len, ==, 1);
  if (total != NULL)
    g_assert_nonnull (strstr (leaf->body, total));
  else
    g_assert_null (strstr (leaf->body, "total"));
}

static void
test_alike (SyncRig       *rig,
            gconstpointer  data)
{
  g_autoptr (TallyRecord) other = NULL;

  begin_alike (rig);
  assert_question (rig, TALLY_GUARD_ALIKE, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_guarded_edits, ==, N_MANY);
  g_assert_cmpuint (sync_rig_count (rig).n_held, ==, 0);
  expect_total (rig, 0, NULL);
  other = sync_rig_get (rig, "r:39");
  g_assert_cmpint (tally_record_get_state (other), ==, TALLY_RECORD_CLEAN);

  /* One more of the kind waits with them. */
  edit_here (rig, N_MANY, 1, "0.00");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_ALIKE, N_MANY + 1);

  answer (rig, TALLY_GUARD_ALIKE, FALSE, N_MANY + 1, -1);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, N_MANY + 1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  expect_total (rig, 0, "0.00");

  /* That was leave for these, and not for the next ones. */
  edit_here (rig, 0, N_MANY, "1.00");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_ALIKE, N_MANY);
}

/* An answer is for what was shown: neither for others, nor for other versions of them. */
static void
test_alike_moved (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (GPtrArray) shown = NULL;
  g_autoptr (GPtrArray) now = NULL;
  g_autoptr (GError) error = NULL;
  const TallyGuard *guard;

  begin_alike (rig);
  shown = tally_store_list_guards (rig->store, &error);
  g_assert_no_error (error);
  guard = shown->pdata[0];
  edit_here (rig, 0, 1, "7.00");
  assert_question (rig, TALLY_GUARD_ALIKE, N_MANY);
  g_assert_false (tally_store_answer_guard (rig->store, "r", TALLY_GUARD_ALIKE, TRUE, N_MANY,
                                            guard->mark, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);
  g_clear_error (&error);

  now = tally_store_list_guards (rig->store, &error);
  g_assert_no_error (error);
  guard = now->pdata[0];
  g_assert_true (tally_store_answer_guard (rig->store, "r", TALLY_GUARD_ALIKE, TRUE, N_MANY,
                                           guard->mark, &error));
  g_assert_no_error (error);
}

/* Of two scripts that went wrong, none gets through behind the other. */
static void
test_alike_twice (SyncRig       *rig,
                  gconstpointer  data)
{
  begin (rig);
  edit_here (rig, 0, N_MANY, "0.00");
  edit_here (rig, N_MANY, N_MANY + 1, "1.00");
  sync_rig_expect (rig, FALSE, "partial", NULL);
  assert_question (rig, TALLY_GUARD_ALIKE, 2 * N_MANY + 1);
  expect_total (rig, 0, NULL);
  expect_total (rig, N_MANY, NULL);
}

static void
test_alike_kept (SyncRig       *rig,
                 gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;

  begin_alike (rig);
  answer (rig, TALLY_GUARD_ALIKE, TRUE, N_MANY, -1);
  assert_no_question (rig);
  g_assert_cmpuint (sync_rig_count (rig).n_pending, ==, 0);
  sync_rig_expect (rig, FALSE, "success", NULL);
  expect_total (rig, 0, NULL);
  record = sync_rig_get (rig, "r:00");
  g_assert_null (strstr (record->local->body, "total"));
}

/* A day's work: many edits, each its own. */
static void
test_unlike (SyncRig       *rig,
             gconstpointer  data)
{
  begin (rig);
  edit_here (rig, 0, N_MANY, NULL);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
}

/* Both sides change most of them, in members that can be merged. */
static void
begin_merged (SyncRig *rig)
{
  begin (rig);
  edit_here (rig, 0, N_MANY, NULL);
  for (guint i = 0; i < N_MANY; i++)
    {
      g_autofree char *key = name (i);
      g_autofree char *body = g_strdup ("{\"n\":1,\"theirs\":1}");
      g_autoptr (TallyRecord) record = sync_rig_get (rig, key);
      g_autoptr (TallyRevision) there = sync_rig_edit (rig, record->base, key, body);

      g_assert_nonnull (there);
    }
  sync_rig_expect (rig, FALSE, "partial", NULL);
}

static void
test_merged (SyncRig       *rig,
             gconstpointer  data)
{
  begin_merged (rig);
  assert_question (rig, TALLY_GUARD_MERGED, N_MANY);
  expect_total (rig, 3, NULL);
  answer (rig, TALLY_GUARD_MERGED, FALSE, N_MANY, -1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  expect_total (rig, 3, "\"total\":3");
}

static void
test_merged_kept (SyncRig       *rig,
                  gconstpointer  data)
{
  g_autoptr (TallyRecord) record = NULL;

  begin_merged (rig);
  answer (rig, TALLY_GUARD_MERGED, TRUE, N_MANY, -1);
  sync_rig_expect (rig, FALSE, "success", NULL);
  assert_no_question (rig);
  expect_total (rig, 3, NULL);
  record = sync_rig_get (rig, "r:03");
  g_assert_nonnull (strstr (record->local->body, "theirs"));
  g_assert_cmpint (tally_record_get_state (record), ==, TALLY_RECORD_CLEAN);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/sync/guard/" name, SyncRig, NULL, sync_rig_set_up, func, sync_rig_tear_down)
  ADD ("there", test_there);
  ADD ("there-confirmed", test_there_confirmed);
  ADD ("there-used-up", test_there_used_up);
  ADD ("here-used-up", test_here_used_up);
  ADD ("there-kept", test_there_kept);
  ADD ("there-joined", test_there_joined);
  ADD ("there-undone", test_there_undone);
  ADD ("there-bit-by-bit", test_there_bit_by_bit);
  ADD ("few", test_few);
  ADD ("here", test_here);
  ADD ("here-confirmed", test_here_confirmed);
  ADD ("here-kept", test_here_kept);
  ADD ("here-typed-again", test_here_typed_again);
  ADD ("here-settled", test_here_settled);
  ADD ("both", test_both);
  ADD ("alike", test_alike);
  ADD ("alike-kept", test_alike_kept);
  ADD ("alike-twice", test_alike_twice);
  ADD ("alike-moved", test_alike_moved);
  ADD ("unlike", test_unlike);
  ADD ("merged", test_merged);
  ADD ("merged-kept", test_merged_kept);
#undef ADD

  return g_test_run ();
}
