/* test-overview.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "tally-collection.h"
#include "tally-overview.h"

#include "lib/tally-fake-clock.h"

#define MINUTE_US (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)
/* What the fake clock says at first. */
#define NOW_US (G_GINT64_CONSTANT (1735689601) * G_USEC_PER_SEC)

/* The bus interface without a bus: its skeleton has the same properties. */
static TallyOverview *
make (TallyBusSync **sync)
{
  g_autoptr (TallyClock) clock = TALLY_CLOCK (tally_fake_clock_new ());

  *sync = tally_bus_sync_skeleton_new ();
  tally_bus_sync_set_online (*sync, TRUE);
  tally_bus_sync_set_reason (*sync, "{\"code\":\"up-to-date\",\"arguments\":{}}");
  tally_bus_sync_set_grade (*sync, "checked");
  tally_bus_sync_set_checked_at (*sync, NOW_US - 12 * MINUTE_US);
  tally_bus_sync_set_connection (*sync, "https://example.it/db");
  tally_bus_sync_set_progress (*sync, g_variant_new ("(sttut)", "idle", (guint64) 0, (guint64) 0,
                                                     0u, (guint64) 0));

  return tally_overview_new (*sync, clock);
}

static void
assert_text (gpointer    object,
             const char *property,
             const char *expected)
{
  g_autofree char *text = NULL;

  g_object_get (object, property, &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_quiet (void)
{
  g_autoptr (TallyBusSync) sync = NULL;
  g_autoptr (TallyOverview) overview = make (&sync);
  gboolean running;

  assert_text (overview, "headline", "Everything is up to date");
  assert_text (overview, "action-name", "");
  assert_text (overview, "style", "success");
  assert_text (overview, "checked", "Checked 12 minutes ago · https://example.it/db");
  assert_text (overview, "pending", "0");
  assert_text (overview, "last-run", "None yet");
  assert_text (overview, "next-run", "Not by itself");
  assert_text (overview, "network", "Online");
  g_object_get (overview, "running", &running, NULL);
  g_assert_false (running);
}

static void
count_cb (guint *count)
{
  *count += 1;
}

static void
test_follows (void)
{
  g_autoptr (TallyBusSync) sync = NULL;
  g_autoptr (TallyOverview) overview = make (&sync);
  guint n_notified = 0;

  g_signal_connect_swapped (overview, "notify::headline", G_CALLBACK (count_cb), &n_notified);
  tally_bus_sync_set_reason (sync,
                             "{\"code\":\"conflicts\",\"arguments\":{\"count\":\"3\"}}");
  tally_bus_sync_set_conflicts (sync, 3);
  g_assert_cmpuint (n_notified, ==, 2);
  assert_text (overview, "action-name", "win.show-page::conflicts");
  assert_text (overview, "conflicts", "3");
  assert_text (overview, "conflicts-detail", "Need you to choose");

  /* what is held has not arrived, though nothing waits */
  tally_bus_sync_set_held (sync, 1);
  assert_text (overview, "pending-detail", "1 edit is held until its conflict is settled");
  tally_bus_sync_set_pending (sync, 2);
  tally_bus_sync_set_oldest_pending (sync, NOW_US - 130 * MINUTE_US);
  tally_bus_sync_set_quarantined (sync, 4);
  assert_text (overview, "pending-detail", "Oldest: 2 hours ago");
  assert_text (overview, "aside", "4");
  assert_text (overview, "aside-detail", "Refused by the server");

  tally_bus_sync_set_online (sync, FALSE);
  assert_text (overview, "network", "Offline");
}

static void
test_run (void)
{
  g_autoptr (TallyBusSync) sync = NULL;
  g_autoptr (TallyOverview) overview = make (&sync);
  double fraction;

  tally_bus_sync_set_progress (sync, g_variant_new ("(sttut)", "execute", (guint64) 7141,
                                                    (guint64) 14282, 1u, (guint64) 2000000));
  assert_text (overview, "phase", "execute");
  assert_text (overview, "progress", "7141 of 14\u202f282 records · 2.0\u00a0MB · 1 error");
  assert_text (overview, "next-run", "Now");
  g_object_get (overview, "fraction", &fraction, NULL);
  g_assert_cmpfloat (fraction, ==, 0.5);

  tally_bus_sync_set_progress (sync, g_variant_new ("(sttut)", "idle", (guint64) 0, (guint64) 0,
                                                    0u, (guint64) 0));
  tally_bus_sync_set_next_run (sync, NOW_US + 5 * MINUTE_US);
  assert_text (overview, "next-run", "in 5 minutes");
  tally_bus_sync_set_paused (sync, TRUE);
  assert_text (overview, "next-run", "Paused");
  tally_bus_sync_set_last_run (sync,
    "{\"status\":\"partial\",\"trigger\":\"edit\",\"ended\":\"2024-12-31T23:59:00.000Z\","
    "\"records\":{\"pulled\":3,\"pushed\":1},\"conflicts\":{\"needs_user\":1},\"errors\":[{}]}");
  assert_text (overview, "last-run", "Complete but for some records");
  assert_text (overview, "last-run-detail",
               "1 minute ago, after an edit here\n3 received, 1 sent · 1 error");
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  guint      *count)
{
  *count += 1;
}

static void
test_collections (void)
{
  g_autoptr (TallyBusSync) sync = NULL;
  g_autoptr (TallyOverview) overview = make (&sync);
  GListModel *model = tally_overview_get_collections (overview);
  g_autoptr (TallyCollection) first = NULL;
  guint n_changes = 0;

  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), &n_changes);
  tally_overview_set_collections (overview, g_variant_new_parsed (
                                    "[('language', uint32 7910, uint32 1, uint32 0)]"));
  first = g_list_model_get_item (model, 0);
  assert_text (first, "summary", "7910 records · 1 waits to be sent");

  /* The same collections: the rows stay, only their counts are said anew. */
  tally_overview_set_collections (overview, g_variant_new_parsed (
                                    "[('language', uint32 17910, uint32 0, uint32 2)]"));
  g_assert_cmpuint (n_changes, ==, 1);
  assert_text (first, "summary", "17\u202f910 records · 2 conflicts");
  tally_overview_set_collections (overview, g_variant_new_parsed (
                                    "[('currency', uint32 1, uint32 0, uint32 0), "
                                    "('language', uint32 17910, uint32 0, uint32 2)]"));
  g_assert_cmpuint (n_changes, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/overview/quiet", test_quiet);
  g_test_add_func ("/app/overview/follows", test_follows);
  g_test_add_func ("/app/overview/run", test_run);
  g_test_add_func ("/app/overview/collections", test_collections);

  return g_test_run ();
}
