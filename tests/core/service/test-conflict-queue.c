/* test-conflict-queue.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "client/tally-conflict-item.h"
#include "base/tally-json-text.h"
#include "service-rig.h"
#include "store/tally-store.h"

typedef struct
{
  char   *text;    /* owned, nullable */
  GError *error;   /* owned, nullable */
  gboolean done;
} Answer;

static void
answer_clear (Answer *self)
{
  g_free (self->text);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
list_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Answer *answer = user_data;

  answer->text = tally_conflict_queue_list_finish (TALLY_CONFLICT_QUEUE (source), result,
                                                   &answer->error);
  answer->done = TRUE;
}

static void
resolve_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Answer *answer = user_data;

  answer->text = tally_conflict_queue_resolve_finish (TALLY_CONFLICT_QUEUE (source), result,
                                                      &answer->error);
  answer->done = TRUE;
}

static void
wait_for (Answer *answer)
{
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
add_cb (guint *sum,
        guint  n)
{
  *sum += n;
}

/* Both sides edit the same member of "r:1". */
static void
make_conflict (ServiceRig *rig)
{
  g_autoptr (TallyRevision) first = NULL;
  g_autoptr (TallyRevision) second = NULL;
  g_autofree char *pulled = NULL;
  g_autofree char *run = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  first = tally_fake_remote_edit (rig->remote, NULL, "r:1", FALSE, "{\"a\":1,\"b\":1,\"c\":1.0}");
  pulled = service_rig_sync (rig);
  second = tally_fake_remote_edit (rig->remote, first, "r:1", FALSE,
                                   "{\"a\":2,\"b\":12345678901234567890,\"c\":1.0}");
  service_rig_put (rig, "r:1", "{\"a\":3,\"b\":1,\"c\":2}");
  run = service_rig_sync (rig);
}

static TallyConflictItem *
read_one (ServiceRig *rig)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) elements = NULL;
  const TallyJsonMember *conflicts;
  TallyConflictItem *item;
  g_autoptr (GError) error = NULL;

  tally_conflict_queue_list_async (tally_service_get_conflicts (rig->service), 0, 10, NULL,
                                   list_cb, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  members = tally_json_text_members (answer.text, -1, &error);
  g_assert_no_error (error);
  conflicts = tally_json_members_find (members, "conflicts");
  elements = tally_json_text_elements (conflicts->value.text, (gssize) conflicts->value.length,
                                       &error);
  g_assert_cmpuint (elements->len, ==, 1);
  item = tally_conflict_item_new_from_json (g_array_index (elements, TallyJsonSpan, 0).text,
                                            (gssize) g_array_index (elements, TallyJsonSpan,
                                                                    0).length, &error);
  g_assert_no_error (error);

  return item;
}

static void
test_open (ServiceRig    *rig,
           gconstpointer  data)
{
  g_autoptr (TallyConflictItem) item = NULL;
  g_autoptr (TallyConflictField) field = NULL;
  guint n_fields;
  gboolean seen = FALSE;

  make_conflict (rig);
  service_rig_wait (rig, "conflicts", "1");
  service_rig_wait (rig, "state", "conflicts");
  g_assert_cmpuint (tally_conflict_queue_get_n_conflicts (
                      tally_service_get_conflicts (rig->service)), ==, 1);
  g_assert_cmpuint (service_rig_count (rig, "conflict.opened"), ==, 1);

  item = read_one (rig);
  g_assert_cmpstr (tally_conflict_item_get_id (item), ==, "r:1");
  g_assert_cmpstr (tally_conflict_item_get_collection (item), ==, "r");
  g_assert_cmpstr (tally_conflict_item_get_kind (item), ==, "edit");
  g_assert_cmpstr (tally_conflict_item_get_base (item), ==, "{\"a\":1,\"b\":1,\"c\":1.0}");
  g_assert_cmpstr (tally_conflict_item_get_local (item), ==, "{\"a\":3,\"b\":1,\"c\":2}");

  n_fields = g_list_model_get_n_items (tally_conflict_item_get_fields (item));
  g_assert_cmpuint (n_fields, ==, 3);
  for (guint i = 0; i < n_fields; i++)
    {
      g_autoptr (TallyConflictField) one =
        g_list_model_get_item (tally_conflict_item_get_fields (item), i);

      if (!g_str_equal (tally_conflict_field_get_pointer (one), "/b"))
        continue;
      seen = TRUE;
      g_assert_cmpstr (tally_conflict_field_get_verdict (one), ==, "server");
      g_assert_cmpstr (tally_conflict_field_get_server (one), ==, "12345678901234567890");
    }
  g_assert_true (seen);
}

static void
test_resolve (ServiceRig    *rig,
              gconstpointer  data)
{
  TallyConflictQueue *queue;
  g_autoptr (TallyConflictItem) item = NULL;
  g_auto (Answer) stale = { 0 };
  g_auto (Answer) open = { 0 };
  g_auto (Answer) good = { 0 };
  g_autoptr (GVariant) record = NULL;
  g_autoptr (GPtrArray) live = NULL;
  g_autofree char *run = NULL;
  const char *document;
  guint n_resolved = 0;

  make_conflict (rig);
  service_rig_wait (rig, "conflicts", "1");
  queue = tally_service_get_conflicts (rig->service);
  g_signal_connect_swapped (queue, "resolved", G_CALLBACK (add_cb), &n_resolved);
  item = read_one (rig);

  tally_conflict_queue_resolve_async (queue, "r:1", "1-x", "server", NULL, NULL, resolve_cb,
                                      &stale);
  wait_for (&stale);
  g_assert_error (stale.error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE);

  /* Nothing was said of the member that both changed. */
  tally_conflict_queue_resolve_async (queue, "r:1", tally_conflict_item_get_shown (item), "", NULL,
                                      NULL, resolve_cb, &open);
  wait_for (&open);
  g_assert_nonnull (open.error);

  tally_conflict_queue_resolve_async (queue, "r:1", tally_conflict_item_get_shown (item), "",
                                      g_variant_new_parsed ("[('/a', 'value', '7'),"
                                                            " ('/c', 'base', '')]"),
                                      NULL, resolve_cb, &good);
  wait_for (&good);
  g_assert_no_error (good.error);
  service_rig_wait (rig, "conflicts", "0");
  g_assert_cmpuint (n_resolved, ==, 1);
  g_assert_cmpuint (service_rig_count (rig, "conflict.resolved"), ==, 1);

  record = service_rig_call (rig, "GetRecord", g_variant_new ("(s)", "r:1"), -1, NULL);
  g_variant_get (record, "(&s&s&s)", &document, NULL, NULL);
  g_assert_cmpstr (document, ==,
                   "{\"_id\":\"r:1\",\"a\":7,\"b\":12345678901234567890,\"c\":1.0}");

  run = service_rig_sync (rig);
  live = tally_fake_remote_live (rig->remote, "r:1");
  g_assert_cmpuint (live->len, ==, 1);
  g_signal_handlers_disconnect_by_data (queue, &n_resolved);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/service/conflict-queue/open", ServiceRig, NULL, service_rig_set_up, test_open,
              service_rig_tear_down);
  g_test_add ("/service/conflict-queue/resolve", ServiceRig, NULL, service_rig_set_up,
              test_resolve, service_rig_tear_down);

  return g_test_run ();
}
