/* test-store-access.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "service-rig.h"
#include "store/tally-store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int
write_file (ServiceRig *rig,
            const char *text)
{
  g_autofree char *path = g_build_filename (rig->folder, "lines", NULL);
  g_autoptr (GError) error = NULL;
  int fd;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);

  return fd;
}

static guint
count_records (ServiceRig *rig)
{
  g_autoptr (GVariant) answer = NULL;
  guint total;

  answer = service_rig_call (rig, "ListRecords", g_variant_new ("(ssbuu)", "", "", FALSE, 0, 10),
                             -1, NULL);
  g_variant_get (answer, "(ua(sss))", &total, NULL);

  return total;
}

static void
test_import (ServiceRig    *rig,
             gconstpointer  data)
{
  g_autoptr (GVariant) bad = NULL;
  g_autoptr (GVariant) good = NULL;
  g_autoptr (GError) error = NULL;
  guint created;
  guint changed;
  guint unchanged;

  service_rig_open (rig, FALSE);
  bad = service_rig_call (rig, "Import", g_variant_new ("(h)", 0),
                          write_file (rig, "{\"_id\":\"a\"}\n{\"_id\":\"b\"}\n{\"_id\":}\n"),
                          &error);
  g_assert_null (bad);
  g_assert_true (g_str_has_prefix (error->message, "line 3: "));
  g_assert_cmpuint (count_records (rig), ==, 0);
  g_clear_error (&error);

  good = service_rig_call (rig, "Import", g_variant_new ("(h)", 0),
                           write_file (rig, "{\"_id\":\"b:2\", \"x\": 1.0}\n{\"_id\":\"a\"}"),
                           &error);
  g_assert_no_error (error);
  g_variant_get (good, "(uuu)", &created, &changed, &unchanged);
  g_assert_cmpuint (created, ==, 2);
  g_assert_cmpuint (changed + unchanged, ==, 0);
  g_assert_cmpuint (count_records (rig), ==, 2);
  g_assert_cmpuint (service_rig_count (rig, "record.changed"), ==, 1);
}

static void
test_export (ServiceRig    *rig,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (rig->folder, "out", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  guint n;
  int fd;

  service_rig_open (rig, FALSE);
  service_rig_put (rig, "b", "{\"x\" : 1e21}");
  service_rig_put (rig, "a", "{\"y\":\"\\u0000\"}");
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  answer = service_rig_call (rig, "Export", g_variant_new ("(h)", 0), fd, &error);
  g_assert_no_error (error);
  g_variant_get (answer, "(u)", &n);
  g_assert_cmpuint (n, ==, 2);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_cmpstr (text, ==, "{\"_id\":\"a\",\"y\":\"\\u0000\"}\n{\"_id\":\"b\",\"x\":1e21}\n");
}

static void
expect (ServiceRig *rig,
        const char *method,
        GVariant   *parameters,
        int         code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = service_rig_call (rig, method, parameters, -1, &error);

  g_assert_null (answer);
  g_assert_error (error, TALLY_STORE_ERROR, code);
}

static void
test_refusals (ServiceRig    *rig,
               gconstpointer  data)
{
  service_rig_open (rig, FALSE);
  service_rig_put (rig, "a", "{}");

  expect (rig, "GetRecord", g_variant_new ("(s)", "b"), TALLY_STORE_ERROR_NOT_FOUND);
  expect (rig, "DeleteRecord", g_variant_new ("(ss)", "b", ""), TALLY_STORE_ERROR_NOT_FOUND);
  expect (rig, "DeleteRecord",
          g_variant_new ("(ss)", "a", "1-00000000000000000000000000000000"),
          TALLY_STORE_ERROR_STALE);
  expect (rig, "PutRecord",
          g_variant_new ("(ss)", "a", "{\"_rev\":\"1-00000000000000000000000000000000\"}"),
          TALLY_STORE_ERROR_STALE);
  expect (rig, "PutRecord", g_variant_new ("(ss)", "a", "{\"_id\":\"b\"}"),
          TALLY_STORE_ERROR_BAD_INPUT);
  expect (rig, "PutRecord", g_variant_new ("(ss)", "a", "{\"_deleted\":true}"),
          TALLY_STORE_ERROR_BAD_INPUT);
  expect (rig, "Resolve", g_variant_new ("(sss@a(sss))", "a", "", "local",
                                         g_variant_new_array (G_VARIANT_TYPE ("(sss)"), NULL, 0)),
          TALLY_STORE_ERROR_NOT_FOUND);
  expect (rig, "Why", g_variant_new ("(s)", "b"), TALLY_STORE_ERROR_NOT_FOUND);
}

static void
test_collections (ServiceRig    *rig,
                  gconstpointer  data)
{
  g_autoptr (GVariant) collections = NULL;
  g_autoptr (GVariant) why = NULL;
  g_autofree char *text = NULL;
  const char *json;

  service_rig_open (rig, FALSE);
  service_rig_put (rig, "item:1", "{}");
  service_rig_put (rig, "plain", "{}");
  why = service_rig_call (rig, "Why", g_variant_new ("(s)", "plain"), -1, NULL);
  g_variant_get (why, "(&s)", &json);
  g_assert_nonnull (strstr (json, "\"pending\""));

  service_rig_connect (rig);
  collections = service_rig_call (rig, "ListCollections", g_variant_new ("()"), -1, NULL);
  text = g_variant_print (collections, FALSE);
  g_assert_nonnull (strstr (text, "('item', 1, 1, 0)"));
  g_assert_nonnull (strstr (text, "('shop', 1, 1, 0)"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add (path, ServiceRig, NULL, service_rig_set_up, func, service_rig_tear_down)
  ADD ("/service/store-access/import", test_import);
  ADD ("/service/store-access/export", test_export);
  ADD ("/service/store-access/refusals", test_refusals);
  ADD ("/service/store-access/collections", test_collections);
#undef ADD

  return g_test_run ();
}
