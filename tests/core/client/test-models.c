/* test-models.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "client/tally-conflict-model.h"
#include "client/tally-record-model.h"
#include "service/tally-service-thread.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <stdio.h>

/* A real service behind the client; the models run on the test's main loop. */
typedef struct
{
  char               *folder;   /* owned */
  TallyServiceThread *thread;   /* owned */
  TallyClient        *client;   /* owned */
  TallyBusSync       *proxy;    /* borrowed */
  guint               position; /* of the last items-changed */
  guint               removed;
  guint               added;
  guint               n_changes;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  TallyServiceOptions options = { 0 };

  fixture->folder = g_dir_make_tmp ("tally-models-XXXXXX", NULL);
  path = g_build_filename (fixture->folder, "s.tally", NULL);
  options.store_path = path;
  fixture->thread = tally_service_thread_start (&options, NULL, &error);
  g_assert_no_error (error);
  fixture->client =
    tally_client_new_for_connection_sync (tally_service_thread_get_connection (fixture->thread),
                                          NULL, &error);
  g_assert_no_error (error);
  fixture->proxy = tally_client_get_proxy (fixture->client);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_clear_object (&fixture->client);
  tally_service_thread_stop (fixture->thread);
  dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static void
put (Fixture    *fixture,
     const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;

  tally_bus_sync_call_put_record_sync (fixture->proxy, id, "{}", &rev, NULL, &error);
  g_assert_no_error (error);
}

/* r:00000 … by import */
static void
import (Fixture *fixture,
        guint    n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "lines", NULL);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  FILE *file;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "{\"_id\":\"r:%05u\"}\n", i);
  g_file_set_contents (path, text->str, -1, NULL);
  file = fopen (path, "re");
  g_unix_fd_list_append (fds, fileno (file), &error);
  g_assert_no_error (error);
  fclose (file);
  tally_bus_sync_call_import_sync (fixture->proxy, g_variant_new_handle (0), fds, NULL, NULL, NULL,
                                   NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
changed_cb (Fixture *fixture,
            guint    position,
            guint    removed,
            guint    added)
{
  fixture->position = position;
  fixture->removed = removed;
  fixture->added = added;
  fixture->n_changes++;
}

static void
wait_for_items (GListModel *model,
                guint       n)
{
  while (g_list_model_get_n_items (model) != n)
    g_main_context_iteration (NULL, TRUE);
}

static char *
dup_id (GListModel *model,
        guint       position)
{
  g_autoptr (TallyRecordItem) item = g_list_model_get_item (model, position);

  while (!tally_record_item_is_loaded (item))
    {
      g_main_context_iteration (NULL, TRUE);
      g_set_object (&item, NULL);
      item = g_list_model_get_item (model, position);
    }

  return g_strdup (tally_record_item_get_id (item));
}

static void
assert_id (GListModel *model,
           guint       position,
           const char *id)
{
  g_autofree char *found = dup_id (model, position);

  g_assert_cmpstr (found, ==, id);
}

static void
test_pages (Fixture       *fixture,
            gconstpointer  data)
{
  TallyRecordModel *records;
  GListModel *model;
  g_autoptr (TallyRecordItem) far = NULL;

  import (fixture, 3000);
  records = tally_record_model_new (fixture->client);
  model = G_LIST_MODEL (records);
  wait_for_items (model, 3000);
  assert_id (model, 0, "r:00000");

  /* A row far away is there at once and fills in. */
  far = g_list_model_get_item (model, 2500);
  g_assert_false (tally_record_item_is_loaded (far));
  while (!tally_record_item_is_loaded (far))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (tally_record_item_get_id (far), ==, "r:02500");
  g_assert_cmpstr (tally_record_item_get_collection (far), ==, "r");
  g_assert_cmpstr (tally_record_item_get_state (far), ==, "pending");
  g_assert_null (g_list_model_get_item (model, 3000));

  g_assert_finalize_object (records);
}

static void
test_smallest_change (Fixture       *fixture,
                      gconstpointer  data)
{
  TallyRecordModel *records;
  GListModel *model;
  g_autoptr (TallyRecordItem) before = NULL;
  g_autoptr (TallyRecordItem) after = NULL;

  import (fixture, 1000);
  records = tally_record_model_new (fixture->client);
  model = G_LIST_MODEL (records);
  wait_for_items (model, 1000);
  assert_id (model, 150, "r:00150");
  before = g_list_model_get_item (model, 150);
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (changed_cb), fixture);

  put (fixture, "r:00100x");
  wait_for_items (model, 1001);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpuint (fixture->position, ==, 101);
  g_assert_cmpuint (fixture->removed, ==, 0);
  g_assert_cmpuint (fixture->added, ==, 1);
  assert_id (model, 101, "r:00100x");

  /* A row that only moved is the same object still: a selection stays. */
  after = g_list_model_get_item (model, 151);
  g_assert_true (before == after);

  tally_bus_sync_call_delete_record_sync (fixture->proxy, "r:00000", "", NULL, NULL);
  wait_for_items (model, 1000);
  g_assert_cmpuint (fixture->position, ==, 0);
  g_assert_cmpuint (fixture->removed, ==, 1);
  g_assert_cmpuint (fixture->added, ==, 0);

  g_assert_finalize_object (records);
}

static void
test_query (Fixture       *fixture,
            gconstpointer  data)
{
  TallyRecordModel *records;
  GListModel *model;

  import (fixture, 1000);
  put (fixture, "other:1");
  records = tally_record_model_new (fixture->client);
  model = G_LIST_MODEL (records);
  wait_for_items (model, 1001);

  tally_record_model_set_search (records, "0099");
  wait_for_items (model, 11);
  assert_id (model, 1, "r:00990");
  tally_record_model_set_search (records, "");
  tally_record_model_set_collection (records, "other");
  wait_for_items (model, 1);
  assert_id (model, 0, "other:1");
  tally_record_model_set_problems_only (records, TRUE);
  tally_record_model_set_collection (records, NULL);
  wait_for_items (model, 1001);

  g_assert_finalize_object (records);
}

static void
test_conflicts (Fixture       *fixture,
                gconstpointer  data)
{
  TallyConflictModel *model = tally_conflict_model_new (fixture->client);
  gboolean loading = TRUE;

  while (loading)
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (model, "loading", &loading, NULL);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);

  g_assert_finalize_object (model);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/client/record-model/pages", test_pages);
  ADD ("/client/record-model/smallest-change", test_smallest_change);
  ADD ("/client/record-model/query", test_query);
  ADD ("/client/conflict-model/empty", test_conflicts);
#undef ADD

  return g_test_run ();
}
