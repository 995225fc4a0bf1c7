/* service-rig.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "service-rig.h"

#include <glib/gstdio.h>

static const TallyScheduleRule at_once = {
  .interval_us = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC,
  .quiet_us = 1000,
  .patience_us = 1000,
  .retry_base_us = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC,
  .retry_cap_us = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC,
};

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

void
service_rig_set_up (ServiceRig    *rig,
                    gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  rig->folder = g_dir_make_tmp ("tally-service-XXXXXX", &error);
  g_assert_no_error (error);
  rig->path = g_build_filename (rig->folder, "s.tally", NULL);
  rig->remote = tally_fake_remote_new ();
  rig->events = g_ptr_array_new_with_free_func (g_free);
  rig->asked = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&rig->gate);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
service_rig_tear_down (ServiceRig    *rig,
                       gconstpointer  data)
{
  if (rig->service != NULL)
    service_rig_close (rig);
  remove_folder (rig->folder);
  g_assert_finalize_object (g_steal_pointer (&rig->remote));
  g_clear_pointer (&rig->events, g_ptr_array_unref);
  g_clear_pointer (&rig->asked, g_ptr_array_unref);
  g_mutex_clear (&rig->gate);
  g_clear_pointer (&rig->folder, g_free);
  g_clear_pointer (&rig->path, g_free);
}

static TallyRemote *
make_remote (const char       *url,
             TallyCredentials *credentials,
             gpointer          user_data)
{
  ServiceRig *rig = user_data;

  g_ptr_array_add (rig->asked,
                   credentials != NULL
                     ? g_strdup_printf ("%s %s:%s", url, credentials->user, credentials->password)
                     : g_strdup (url));
  g_mutex_lock (&rig->gate);
  g_mutex_unlock (&rig->gate);

  return TALLY_REMOTE (g_object_ref (rig->remote));
}

static void
event_cb (ServiceRig *rig,
          guint64     seq,
          const char *type,
          const char *data)
{
  g_ptr_array_add (rig->events, g_strdup (type));
  g_assert_cmpuint (seq, >, 0);
}

void
service_rig_open (ServiceRig *rig,
                  gboolean    scheduler)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const TallyServiceOptions options = {
    .store_path = rig->path,
    .scheduler = scheduler,
    .rule = &at_once,
    .seed = 1,
    .make_remote = make_remote,
    .make_remote_data = rig,
  };

  rig->service = tally_service_new (&options, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (rig->service, "event", G_CALLBACK (event_cb), rig);
  tally_service_open_async (rig->service, NULL, done_cb, &result);
  tally_service_open_finish (rig->service, wait_for (&result), &error);
  g_assert_no_error (error);
}

void
service_rig_close (ServiceRig *rig)
{
  g_autoptr (GAsyncResult) result = NULL;

  tally_service_close_async (rig->service, done_cb, &result);
  g_assert_true (tally_service_close_finish (rig->service, wait_for (&result), NULL));
  g_clear_object (&result);
  /* Jobs that still were on their way come home. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&rig->service));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
service_rig_connect (ServiceRig *rig)
{
  service_rig_connect_to (rig, "http://ann:secret@127.0.0.1:1/shop/");
}

void
service_rig_connect_to (ServiceRig *rig,
                        const char *url)
{
  TallySyncManager *manager = tally_service_get_manager (rig->service);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tally_sync_manager_connect_async (manager, url, "", "", NULL, done_cb, &result);
  tally_sync_manager_connect_finish (manager, wait_for (&result), &error);
  g_assert_no_error (error);
}

char *
service_rig_sync (ServiceRig *rig)
{
  TallySyncManager *manager = tally_service_get_manager (rig->service);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *json;

  tally_sync_manager_run_async (manager, "manual", NULL, NULL, done_cb, &result);
  json = tally_sync_manager_run_finish (manager, wait_for (&result), &error);
  g_assert_no_error (error);

  return json;
}

GVariant *
service_rig_call (ServiceRig  *rig,
                  const char  *method,
                  GVariant    *parameters,
                  int          fd,
                  GError     **error)
{
  TallyStoreAccess *access = tally_service_get_access (rig->service);
  g_autoptr (GAsyncResult) result = NULL;

  tally_store_access_call_async (access, method, parameters, fd, NULL, done_cb, &result);

  return tally_store_access_call_finish (access, wait_for (&result), error);
}

void
service_rig_put (ServiceRig *rig,
                 const char *key,
                 const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = NULL;

  answer = service_rig_call (rig, "PutRecord", g_variant_new ("(ss)", key, body), -1, &error);
  g_assert_no_error (error);
}

/* A property as text, whatever its type. */
char *
service_rig_dup (ServiceRig *rig,
                 const char *property)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) text = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (tally_service_get_manager (rig->service)), property, &value);
  g_value_init (&text, G_TYPE_STRING);
  g_assert_true (g_value_transform (&value, &text));

  return g_value_dup_string (&text);
}

void
service_rig_wait (ServiceRig *rig,
                  const char *property,
                  const char *value)
{
  while (TRUE)
    {
      g_autofree char *text = service_rig_dup (rig, property);

      if (g_str_equal (text, value))
        break;
      g_main_context_iteration (NULL, TRUE);
    }
}

guint
service_rig_count (ServiceRig *rig,
                   const char *type)
{
  guint n = 0;

  for (guint i = 0; i < rig->events->len; i++)
    n += g_str_equal (rig->events->pdata[i], type);

  return n;
}
