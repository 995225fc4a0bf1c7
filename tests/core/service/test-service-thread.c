/* test-service-thread.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "service/tally-service-thread.h"

#include <glib/gstdio.h>

typedef struct
{
  char *folder;   /* owned */
  char *path;     /* owned */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = g_dir_make_tmp ("tally-thread-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "s.tally", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_calls (Fixture       *fixture,
            gconstpointer  data)
{
  const TallyServiceOptions options = { .store_path = fixture->path };
  g_autoptr (TallyServiceThread) thread = NULL;
  g_autoptr (TallyClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *document = NULL;
  g_autofree char *status = NULL;
  TallyBusSync *proxy;

  client = tally_service_thread_reach (&options, &thread, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (thread);
  proxy = tally_client_get_proxy (client);
  g_assert_cmpuint (tally_bus_sync_get_version (proxy), ==, 5);
  g_assert_cmpstr (tally_bus_sync_get_state (proxy), ==, "no-server");
  g_assert_cmpstr (tally_bus_sync_get_store_path (proxy), ==, fixture->path);

  tally_bus_sync_call_put_record_sync (proxy, "a", "{\"n\":12345678901234567890}", &rev, NULL,
                                       &error);
  g_assert_no_error (error);
  tally_bus_sync_call_get_record_sync (proxy, "a", &document, NULL, NULL, NULL, &error);
  g_assert_cmpstr (document, ==, "{\"_id\":\"a\",\"n\":12345678901234567890}");
  tally_bus_sync_call_get_status_sync (proxy, &status, NULL, &error);
  g_assert_nonnull (strstr (status, "\"records\":1,\"pending\":1,"));

  /* Codes survive the bus. */
  tally_bus_sync_call_delete_record_sync (proxy, "b", "", NULL, &error);
  g_assert_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  tally_bus_sync_call_connect_sync (proxy, "nonsense", "", "", NULL, &error);
  g_assert_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT);
  g_clear_object (&client);
}

static void
test_join (Fixture       *fixture,
           gconstpointer  data)
{
  const TallyServiceOptions options = { .store_path = fixture->path };
  g_autoptr (TallyServiceThread) thread = NULL;
  g_autoptr (TallyServiceThread) none = NULL;
  g_autoptr (TallyClient) first = NULL;
  g_autoptr (TallyClient) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *document = NULL;

  first = tally_service_thread_reach (&options, &thread, NULL, &error);
  g_assert_no_error (error);
  second = tally_service_thread_reach (&options, &none, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (none);

  tally_bus_sync_call_put_record_sync (tally_client_get_proxy (first), "a", "{}", &rev, NULL,
                                       &error);
  g_assert_no_error (error);
  tally_bus_sync_call_get_record_sync (tally_client_get_proxy (second), "a", &document, NULL, NULL,
                                       NULL, &error);
  g_assert_cmpstr (document, ==, "{\"_id\":\"a\"}");
  g_clear_object (&second);
  g_clear_object (&first);
}

static void
test_bad_store (Fixture       *fixture,
                gconstpointer  data)
{
  const TallyServiceOptions options = { .store_path = fixture->path };
  const TallyServiceOptions nowhere = { .store_path = "/nowhere/at/all.tally" };
  g_autoptr (TallyServiceThread) thread = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_file_set_contents (fixture->path, "This is no database, but a text of some length.", -1, NULL);
  g_assert_null (tally_service_thread_reach (&options, &thread, NULL, &error));
  g_assert_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_CORRUPT);
  g_assert_null (thread);
  g_clear_error (&error);
  g_file_get_contents (fixture->path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "This is no database, but a text of some length.");

  g_assert_null (tally_service_thread_reach (&nowhere, &thread, NULL, &error));
  g_assert_nonnull (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/service/service-thread/calls", Fixture, NULL, set_up, test_calls, tear_down);
  g_test_add ("/service/service-thread/join", Fixture, NULL, set_up, test_join, tear_down);
  g_test_add ("/service/service-thread/bad-store", Fixture, NULL, set_up, test_bad_store,
              tear_down);

  return g_test_run ();
}
