/* test-sync-manager.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-system-clock.h"
#include "client/tally-client-error.h"
#include "service-rig.h"
#include "store/tally-store.h"

static void
assert_property (ServiceRig *rig,
                 const char *property,
                 const char *value)
{
  g_autofree char *text = service_rig_dup (rig, property);

  g_assert_cmpstr (text, ==, value);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_properties (ServiceRig    *rig,
                 gconstpointer  data)
{
  g_autofree char *json = NULL;
  g_autofree char *run = NULL;
  g_autofree char *reason = NULL;
  guint n_connection = 0;
  guint n_progress = 0;

  service_rig_open (rig, FALSE);
  assert_property (rig, "state", "no-server");
  assert_property (rig, "grade", "none");
  assert_property (rig, "connection", "");

  g_signal_connect_swapped (tally_service_get_manager (rig->service), "notify::connection",
                            G_CALLBACK (count_cb), &n_connection);
  g_signal_connect_swapped (tally_service_get_manager (rig->service), "notify::progress",
                            G_CALLBACK (count_cb), &n_progress);
  service_rig_connect (rig);
  g_assert_cmpuint (n_connection, ==, 1);
  assert_property (rig, "connection", "http://127.0.0.1:1/shop");
  assert_property (rig, "state", "never-synced");

  service_rig_put (rig, "a", "{\"x\":1}");
  service_rig_wait (rig, "pending", "1");
  assert_property (rig, "state", "pending");
  assert_property (rig, "next-run", "0");

  run = service_rig_sync (rig);
  assert_property (rig, "last-run", run);
  g_assert_nonnull (strstr (run, "\"trigger\":\"manual\",\"status\":\"success\""));
  service_rig_wait (rig, "pending", "0");
  assert_property (rig, "records", "1");
  assert_property (rig, "grade", "checked");
  assert_property (rig, "state", "up-to-date");
  g_assert_cmpuint (n_progress, >, 2);
  g_assert_cmpuint (service_rig_count (rig, "sync.started"), ==, 1);
  g_assert_cmpuint (service_rig_count (rig, "sync.completed"), ==, 1);
  g_assert_cmpuint (service_rig_count (rig, "connection.changed"), ==, 1);

  reason = service_rig_dup (rig, "reason");
  g_assert_nonnull (strstr (reason, "\"code\":\"up-to-date\""));
  json = tally_sync_manager_dup_connections (tally_service_get_manager (rig->service));
  g_assert_nonnull (strstr (json, "\"user\":\"ann\""));
  g_assert_null (strstr (json, "secret"));
}

static void
test_by_itself (ServiceRig    *rig,
                gconstpointer  data)
{
  g_autoptr (GPtrArray) live = NULL;
  g_autofree char *run = NULL;

  service_rig_open (rig, TRUE);
  service_rig_connect (rig);
  service_rig_wait (rig, "grade", "checked");
  run = service_rig_dup (rig, "last-run");
  g_assert_nonnull (strstr (run, "\"trigger\":\"start\""));

  service_rig_put (rig, "a", "{\"x\":1}");
  service_rig_wait (rig, "pending", "1");
  service_rig_wait (rig, "pending", "0");
  service_rig_wait (rig, "state", "up-to-date");
  g_clear_pointer (&run, g_free);
  run = service_rig_dup (rig, "last-run");
  g_assert_nonnull (strstr (run, "\"trigger\":\"edit\""));

  live = tally_fake_remote_live (rig->remote, "a");
  g_assert_cmpuint (live->len, ==, 1);
}

static void
test_failure (ServiceRig    *rig,
              gconstpointer  data)
{
  g_autofree char *run = NULL;
  g_autofree char *again = NULL;
  g_autofree char *reason = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  service_rig_put (rig, "a", "{}");
  run = service_rig_sync (rig);
  tally_fake_remote_recreate (rig->remote);

  again = service_rig_sync (rig);
  g_assert_nonnull (strstr (again, "\"status\":\"failed\""));
  assert_property (rig, "state", "failed");
  assert_property (rig, "grade", "checked");
  reason = service_rig_dup (rig, "reason");
  g_assert_nonnull (strstr (reason, "recreated"));
  g_assert_cmpuint (service_rig_count (rig, "sync.failed"), ==, 1);

  /* An error is a state: it outlives the process. */
  service_rig_close (rig);
  service_rig_open (rig, FALSE);
  assert_property (rig, "state", "failed");
  assert_property (rig, "last-run", again);
}

/* Leaves a run open in the store, as a crash in the middle of it does. */
static void
crash (ServiceRig *rig)
{
  g_autoptr (TallyClock) clock = tally_system_clock_new ();
  g_autoptr (TallyRun) run = tally_run_new ("sync", "manual");
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;
  const TallyStoreOptions options = {
    .path = rig->path,
    .clock = clock,
    .rand = rand,
    .machine_id = "machine",
  };
  TallyStore *store = tally_store_open (&options, &error);

  g_assert_no_error (error);
  tally_store_begin_run (store, run, NULL, &error);
  g_assert_no_error (error);
  tally_store_close (store);
}

static void
test_crash (ServiceRig    *rig,
            gconstpointer  data)
{
  g_autofree char *run = NULL;
  g_autofree char *failed = NULL;
  g_autofree char *checked_at = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  service_rig_put (rig, "a", "{}");
  run = service_rig_sync (rig);
  checked_at = service_rig_dup (rig, "checked-at");
  tally_fake_remote_recreate (rig->remote);
  failed = service_rig_sync (rig);
  service_rig_close (rig);
  crash (rig);

  service_rig_open (rig, FALSE);
  assert_property (rig, "state", "failed");
  assert_property (rig, "last-run", failed);
  assert_property (rig, "grade", "checked");
  assert_property (rig, "checked-at", checked_at);
}

static void
pause_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  tally_sync_manager_pause_finish (TALLY_SYNC_MANAGER (source), result, &error);
  g_assert_no_error (error);
}

static void
test_pause (ServiceRig    *rig,
            gconstpointer  data)
{
  service_rig_open (rig, TRUE);
  service_rig_connect (rig);
  service_rig_wait (rig, "grade", "checked");
  service_rig_wait (rig, "state", "up-to-date");

  tally_sync_manager_pause_async (tally_service_get_manager (rig->service), TRUE, NULL, pause_cb,
                                  NULL);
  service_rig_wait (rig, "state", "paused");
  service_rig_put (rig, "a", "{}");
  service_rig_wait (rig, "pending", "1");
  assert_property (rig, "next-run", "0");

  service_rig_close (rig);
  service_rig_open (rig, TRUE);
  assert_property (rig, "state", "paused");
  assert_property (rig, "paused", "TRUE");

  tally_sync_manager_pause_async (tally_service_get_manager (rig->service), FALSE, NULL, pause_cb,
                                  NULL);
  service_rig_wait (rig, "pending", "0");
}

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tally_sync_manager_connect_finish (TALLY_SYNC_MANAGER (source), result, &error));
  g_assert_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_MISMATCH);
  *done = TRUE;
}

static void
test_other_server (ServiceRig    *rig,
                   gconstpointer  data)
{
  g_autofree char *run = NULL;
  gboolean done = FALSE;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  run = service_rig_sync (rig);
  service_rig_connect (rig);

  tally_sync_manager_connect_async (tally_service_get_manager (rig->service),
                                    "http://127.0.0.1:1/other", "", "", NULL, refused_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  assert_property (rig, "connection", "http://127.0.0.1:1/shop");
}

/* Connects to @url and runs once; what the server was asked with. */
static void
assert_asked (ServiceRig *rig,
              const char *url,
              const char *asked)
{
  g_autofree char *run = NULL;

  service_rig_connect_to (rig, url);
  run = service_rig_sync (rig);
  g_assert_cmpstr (rig->asked->pdata[rig->asked->len - 1], ==, asked);
}

static void
test_same_server (ServiceRig    *rig,
                  gconstpointer  data)
{
  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  assert_asked (rig, "http://127.0.0.1:1/other", "http://127.0.0.1:1/other ann:secret");
}

/* A password goes to no server but the one it was given for. */
static void
test_credentials (ServiceRig    *rig,
                  gconstpointer  data)
{
  g_autofree char *run = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  assert_asked (rig, "http://127.0.0.1:2/shop", "http://127.0.0.1:2/shop");

  /* Nor does the user's name after a restart. */
  service_rig_close (rig);
  service_rig_open (rig, FALSE);
  run = service_rig_sync (rig);
  g_assert_cmpstr (rig->asked->pdata[rig->asked->len - 1], ==, "http://127.0.0.1:2/shop");
}

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

/* Another client's edit of what the server shows of @key. */
static TallyRevision *
edit_there (ServiceRig *rig,
            const char *key,
            const char *body)
{
  g_autoptr (GPtrArray) live = tally_fake_remote_live (rig->remote, key);

  return tally_fake_remote_edit (rig->remote, live->len > 0 ? live->pdata[0] : NULL, key, FALSE,
                                 body);
}

static void
assert_reason (ServiceRig *rig,
               const char *code)
{
  g_autofree char *json = service_rig_dup (rig, "reason");
  g_autoptr (TallyReason) reason = tally_reason_from_json (json);

  g_assert_cmpstr (reason->code, ==, code);
}

/* What the server shows and could not be taken in: nothing is up to date then. */
static void
test_problem (ServiceRig    *rig,
              gconstpointer  data)
{
  g_autoptr (TallyRevision) bad = edit_there (rig, "a", "{\"x\":1}");
  g_autofree char *run = NULL;
  g_autofree char *again = NULL;

  tally_fake_remote_refuse (rig->remote, bad->rev);
  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  run = service_rig_sync (rig);
  g_assert_nonnull (strstr (run, "\"status\":\"partial\""));
  service_rig_wait (rig, "state", "quarantined");

  /* It is asked for again, and is still not to be had. */
  again = service_rig_sync (rig);
  g_assert_nonnull (strstr (again, "\"status\":\"partial\""));
  service_rig_wait (rig, "state", "quarantined");
}

/* An edit that is taken back, while it is known that the server has something newer. */
static void
test_behind (ServiceRig    *rig,
             gconstpointer  data)
{
  g_autoptr (TallyRevision) first = edit_there (rig, "a", "{\"x\":1}");
  g_autoptr (TallyRevision) second = NULL;
  g_autofree char *run = NULL;
  g_autofree char *conflict = NULL;
  g_autofree char *last = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  run = service_rig_sync (rig);
  service_rig_put (rig, "a", "{\"x\":2}");
  second = edit_there (rig, "a", "{\"x\":3}");
  conflict = service_rig_sync (rig);
  service_rig_wait (rig, "state", "conflicts");

  service_rig_put (rig, "a", "{\"x\":1}");
  service_rig_wait (rig, "conflicts", "0");
  service_rig_wait (rig, "state", "pending");
  assert_property (rig, "pending", "0");
  assert_reason (rig, "behind");

  last = service_rig_sync (rig);
  service_rig_wait (rig, "state", "up-to-date");
}

/* Asks for a run that adopts. */
static void
ask_adopt (ServiceRig    *rig,
           GAsyncResult **result)
{
  tally_sync_manager_run_async (tally_service_get_manager (rig->service), "manual",
                                &(TallySyncAsk) { .adopt = TRUE }, NULL, keep_cb, result);
}

static char *
wait_for_run (ServiceRig    *rig,
              GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  char *json;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  json = tally_sync_manager_run_finish (tally_service_get_manager (rig->service), *result, &error);
  g_assert_no_error (error);

  return json;
}

static void
begin_recreated (ServiceRig *rig)
{
  g_autofree char *run = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  service_rig_put (rig, "a", "{\"x\":1}");
  run = service_rig_sync (rig);
  tally_fake_remote_recreate (rig->remote);
}

/* An ordinary run under way does not do what is asked for; the one that follows does. */
static void
test_adopt (ServiceRig    *rig,
            gconstpointer  data)
{
  g_autoptr (GAsyncResult) ordinary = NULL;
  g_autoptr (GAsyncResult) adopting = NULL;
  g_autofree char *failed = NULL;
  g_autofree char *adopted = NULL;
  g_autoptr (GPtrArray) live = NULL;

  begin_recreated (rig);
  g_mutex_lock (&rig->gate);
  tally_sync_manager_run_async (tally_service_get_manager (rig->service), "manual",
                                NULL, NULL, keep_cb, &ordinary);
  ask_adopt (rig, &adopting);
  g_mutex_unlock (&rig->gate);

  failed = wait_for_run (rig, &ordinary);
  g_assert_nonnull (strstr (failed, "\"code\":\"recreated\""));
  adopted = wait_for_run (rig, &adopting);
  g_assert_nonnull (strstr (adopted, "\"operation\":\"full\""));
  g_assert_nonnull (strstr (adopted, "\"status\":\"success\""));
  live = tally_fake_remote_live (rig->remote, "a");
  g_assert_cmpuint (live->len, ==, 1);
  g_assert_cmpuint (service_rig_count (rig, "sync.started"), ==, 3);
  service_rig_wait (rig, "state", "up-to-date");
}

/* One that adopts serves everybody: whoever asked for less, or for everything read again. */
static void
test_adopt_serves (ServiceRig    *rig,
                   gconstpointer  data)
{
  g_autoptr (GAsyncResult) adopting = NULL;
  g_autoptr (GAsyncResult) ordinary = NULL;
  g_autoptr (GAsyncResult) full = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  begin_recreated (rig);
  g_mutex_lock (&rig->gate);
  ask_adopt (rig, &adopting);
  tally_sync_manager_run_async (tally_service_get_manager (rig->service), "manual",
                                NULL, NULL, keep_cb, &ordinary);
  tally_sync_manager_run_async (tally_service_get_manager (rig->service), "manual",
                                &(TallySyncAsk) { .full = TRUE }, NULL, keep_cb, &full);
  g_mutex_unlock (&rig->gate);

  first = wait_for_run (rig, &adopting);
  second = wait_for_run (rig, &ordinary);
  third = wait_for_run (rig, &full);
  g_assert_nonnull (strstr (first, "\"status\":\"success\""));
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==, third);
  g_assert_cmpuint (service_rig_count (rig, "sync.started"), ==, 2);
}

static const TallySyncAsk pull_only = { .pull_only = TRUE };

/* One that sends nothing serves nobody who wants more; any other serves those who want only that. */
static void
test_pull_only (ServiceRig    *rig,
                gconstpointer  data)
{
  TallySyncManager *manager;
  g_autoptr (GAsyncResult) pulling = NULL;
  g_autoptr (GAsyncResult) ordinary = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  service_rig_put (rig, "a", "{\"x\":1}");
  manager = tally_service_get_manager (rig->service);
  g_mutex_lock (&rig->gate);
  tally_sync_manager_run_async (manager, "manual", &pull_only, NULL, keep_cb,
                                &pulling);
  tally_sync_manager_run_async (manager, "manual", NULL, NULL, keep_cb, &ordinary);
  g_mutex_unlock (&rig->gate);

  first = wait_for_run (rig, &pulling);
  g_assert_nonnull (strstr (first, "\"pushed\":0"));
  g_mutex_lock (&rig->gate);
  tally_sync_manager_run_async (manager, "manual", &pull_only, NULL, keep_cb, &again);
  g_mutex_unlock (&rig->gate);
  second = wait_for_run (rig, &ordinary);
  g_assert_nonnull (strstr (second, "\"pushed\":1"));
  third = wait_for_run (rig, &again);
  g_assert_cmpstr (second, ==, third);
  g_assert_cmpuint (service_rig_count (rig, "sync.started"), ==, 2);
  service_rig_wait (rig, "state", "up-to-date");
}

/* What a run against the one server writes is seen before the store goes to the other. */
static void
test_connect_in_mid_run (ServiceRig    *rig,
                         gconstpointer  data)
{
  TallySyncManager *manager;
  g_autoptr (GAsyncResult) connected = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  g_autofree char *again = NULL;

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  manager = tally_service_get_manager (rig->service);
  g_mutex_lock (&rig->gate);
  tally_sync_manager_run_async (manager, "manual", NULL, NULL, keep_cb, &first);
  tally_sync_manager_connect_async (manager, "http://127.0.0.1:2/shop", "", "", NULL, keep_cb,
                                    &connected);
  /* Another job of the same thread is through: the connect was not before it. */
  service_rig_put (rig, "a", "{}");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (connected);
  g_mutex_unlock (&rig->gate);

  while (connected == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (first);
  tally_sync_manager_run_async (manager, "manual", NULL, NULL, keep_cb, &second);
  g_assert_true (tally_sync_manager_connect_finish (manager, connected, &error));
  g_assert_no_error (error);
  while (second == NULL)
    g_main_context_iteration (NULL, TRUE);

  again = tally_sync_manager_run_finish (manager, second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rig->asked->pdata[rig->asked->len - 1], ==, "http://127.0.0.1:2/shop");
  json = tally_sync_manager_run_finish (manager, first, NULL);
  g_assert_true (json == NULL || strstr (json, "\"status\":\"cancelled\"") != NULL);
}

static void
hold_job (GTask        *task,
          TallyStore   *store,
          gpointer      task_data,
          GCancellable *cancellable)
{
  g_mutex_lock (task_data);
  g_mutex_unlock (task_data);
  g_task_return_boolean (task, TRUE);
}

/* Runs @manager once and cancels it while the engine's thread has not got to it yet. */
static void
cancel_early (ServiceRig       *rig,
              TallySyncManager *manager,
              TallyStoreThread *engine)
{
  g_autoptr (GTask) hold = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  g_task_set_task_data (hold, &rig->gate, NULL);
  g_mutex_lock (&rig->gate);
  tally_store_thread_push (engine, hold, hold_job);
  tally_sync_manager_run_async (manager, "manual", NULL, NULL, keep_cb, &result);
  tally_sync_manager_cancel (manager);
  g_mutex_unlock (&rig->gate);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  json = tally_sync_manager_run_finish (manager, result, &error);
  g_assert_null (json);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* That is no failure: nothing went wrong, and there is nothing to retry later. */
static void
test_cancelled_early (ServiceRig    *rig,
                      gconstpointer  data)
{
  g_autoptr (TallyClock) clock = tally_system_clock_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (TallyNetworkMonitor) network = tally_network_monitor_new (NULL);
  g_autoptr (TallyStoreThread) engine = NULL;
  g_autoptr (TallyStoreThread) edits = NULL;
  g_autoptr (TallySyncManager) manager = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;
  const TallyServiceOptions options = { .store_path = rig->path };

  service_rig_open (rig, FALSE);
  service_rig_connect (rig);
  service_rig_close (rig);

  edits = tally_store_thread_new ("edits", rig->path, clock, rand);
  engine = tally_store_thread_new ("engine", rig->path, clock, rand);
  manager = tally_sync_manager_new (&options, edits, engine, network, clock, rand);
  tally_sync_manager_load_async (manager, NULL, keep_cb, &loaded);
  while (loaded == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (tally_sync_manager_load_finish (manager, loaded, &error));
  g_assert_no_error (error);

  cancel_early (rig, manager, engine);
  g_object_get (manager, "state", &state, NULL);
  g_assert_cmpstr (state, ==, "never-synced");

  tally_sync_manager_stop_async (manager, keep_cb, &stopped);
  while (stopped == NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
no_server_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  json = tally_sync_manager_run_finish (TALLY_SYNC_MANAGER (source), result, &error);
  g_assert_null (json);
  g_assert_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT);
  *done = TRUE;
}

static void
test_no_server (ServiceRig    *rig,
                gconstpointer  data)
{
  gboolean done = FALSE;

  service_rig_open (rig, TRUE);
  tally_sync_manager_run_async (tally_service_get_manager (rig->service), "manual",
                                NULL, NULL, no_server_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add (path, ServiceRig, NULL, service_rig_set_up, func, service_rig_tear_down)
  ADD ("/service/sync-manager/properties", test_properties);
  ADD ("/service/sync-manager/by-itself", test_by_itself);
  ADD ("/service/sync-manager/failure", test_failure);
  ADD ("/service/sync-manager/crash", test_crash);
  ADD ("/service/sync-manager/pause", test_pause);
  ADD ("/service/sync-manager/other-server", test_other_server);
  ADD ("/service/sync-manager/same-server", test_same_server);
  ADD ("/service/sync-manager/credentials", test_credentials);
  ADD ("/service/sync-manager/problem", test_problem);
  ADD ("/service/sync-manager/behind", test_behind);
  ADD ("/service/sync-manager/adopt", test_adopt);
  ADD ("/service/sync-manager/adopt-serves", test_adopt_serves);
  ADD ("/service/sync-manager/pull-only", test_pull_only);
  ADD ("/service/sync-manager/connect-in-mid-run", test_connect_in_mid_run);
  ADD ("/service/sync-manager/cancelled-early", test_cancelled_early);
  ADD ("/service/sync-manager/no-server", test_no_server);
#undef ADD

  return g_test_run ();
}
