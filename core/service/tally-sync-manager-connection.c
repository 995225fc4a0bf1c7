/* tally-sync-manager-connection.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-sync-manager-private.h"

#include "base/tally-json-text.h"
#include "config.h"

#include <glib/gi18n-lib.h>

/* The last run that proved anything is looked for among so many. */
#define RUNS_READ 50

/* What a store says about its connection. */
typedef struct
{
  char             *url;         /* owned, nullable */
  char             *user;        /* owned, nullable */
  char             *device;      /* owned */
  char             *since;       /* owned, nullable */
  gboolean          paused;
  gint64            proved_us;
  TallyStoreCounts  counts;
  GPtrArray        *runs;        /* owned */
} Loaded;

static void
loaded_free (Loaded *self)
{
  g_free (self->url);
  g_free (self->user);
  g_free (self->device);
  g_free (self->since);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loaded, loaded_free)

static void
load_job (GTask        *task,
          TallyStore   *store,
          gpointer      task_data,
          GCancellable *cancellable)
{
  g_autoptr (Loaded) loaded = g_new0 (Loaded, 1);
  g_autofree char *paused = NULL;
  GError *error = NULL;

  loaded->device = g_strdup (tally_store_get_device (store));
  loaded->url = tally_store_dup_setting (store, "url", &error);
  if (error == NULL)
    loaded->user = tally_store_dup_setting (store, "user", &error);
  if (error == NULL)
    paused = tally_store_dup_setting (store, "paused", &error);
  if (error == NULL)
    loaded->since = tally_store_dup_since (store, &error);
  loaded->paused = paused != NULL;
  if (error == NULL && tally_store_get_proved (store, &loaded->proved_us, &error) &&
      tally_store_count (store, &loaded->counts, &error))
    loaded->runs = tally_store_list_runs (store, RUNS_READ, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&loaded), (GDestroyNotify) loaded_free);
}

/* Why a stored run failed as a whole; its object keeps the code. */
static TallyReason *
read_failure (const char *json)
{
  g_autoptr (GArray) run = tally_json_text_members (json, -1, NULL);
  const TallyJsonMember *errors = run != NULL ? tally_json_members_find (run, "errors") : NULL;
  g_autoptr (GArray) elements = NULL;

  if (errors != NULL)
    elements = tally_json_text_elements (errors->value.text, (gssize) errors->value.length, NULL);
  for (guint i = 0; elements != NULL && i < elements->len; i++)
    {
      const TallyJsonSpan *span = &g_array_index (elements, TallyJsonSpan, i);
      g_autoptr (GArray) parts = tally_json_text_members (span->text, (gssize) span->length, NULL);
      const TallyJsonMember *record = tally_json_members_find (parts, "record");
      const TallyJsonMember *code = tally_json_members_find (parts, "code");
      g_autofree char *text = NULL;

      if (record == NULL || code == NULL || *record->value.text != 'n')
        continue;
      text = tally_json_span_dup_string (&code->value, NULL);
      if (text != NULL)
        return tally_reason_new (text, NULL);
    }

  return tally_reason_new ("failed", NULL);
}

static void
take_runs (TallySyncManager *self,
           GPtrArray        *runs)
{
  for (guint i = 0; i < runs->len; i++)
    {
      const TallyRunRow *row = runs->pdata[i];

      /* A crash leaves its run open until the next one closes it; it proves nothing. */
      if (row->ended_us == 0 || row->json == NULL || row->grade == NULL)
        continue;

      if (self->last_run == NULL)
        {
          self->last_run = g_strdup (row->json);
          if (g_strcmp0 (row->status, "failed") == 0)
            self->last_failure = read_failure (row->json);
        }
      if (!g_str_equal (row->grade, "none"))
        {
          g_free (self->grade);
          self->grade = g_strdup (row->grade);
          self->checked_us = row->ended_us;
          tally_run_json_get_proof (row->json, &self->n_equal, &self->n_compared);
          break;
        }
    }
}

static void
take_server (TallySyncManager *self,
             TallyServerUrl   *server)
{
  g_clear_pointer (&self->server, tally_server_url_free);
  self->server = server;
  tally_network_monitor_set_server (self->network, server);
  tally_sync_manager_notify (self, "connection");
}

static void
wipe (char **password)
{
  if (*password != NULL)
    memset (*password, 0, strlen (*password));
  g_clear_pointer (password, g_free);
}

static void
take_credentials (TallySyncManager *self,
                  const char       *user,
                  const char       *password)
{
  if (user != NULL && user != self->user)
    {
      g_free (self->user);
      self->user = g_strdup (user);
    }
  /* Naming the same user again takes no password away. */
  if (password == NULL && (user == NULL || (self->credentials != NULL &&
                                            g_str_equal (self->credentials->user, user))))
    return;

  g_clear_pointer (&self->credentials, tally_credentials_unref);
  if (self->user != NULL)
    self->credentials = tally_credentials_new (self->user, password != NULL ? password : "");
  self->login = NULL;
}

/* What one server is told to know its user by is no other server's business. */
static void
drop_credentials (TallySyncManager *self)
{
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->credentials, tally_credentials_unref);
  self->login = NULL;
}

static void
load_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TallySyncManager *self = TALLY_SYNC_MANAGER (source);
  g_autoptr (GTask) task = user_data;
  g_autoptr (Loaded) loaded = NULL;
  GError *error = NULL;

  loaded = g_task_propagate_pointer (G_TASK (result), &error);
  if (loaded == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  self->device = g_steal_pointer (&loaded->device);
  if (self->user == NULL)
    self->user = g_steal_pointer (&loaded->user);
  take_credentials (self, self->user, self->password);
  wipe (&self->password);
  self->since = g_steal_pointer (&loaded->since);
  self->paused = loaded->paused;
  take_runs (self, loaded->runs);
  self->proved_us = loaded->proved_us;
  if (loaded->url != NULL)
    take_server (self, tally_server_url_parse (loaded->url, NULL));
  tally_sync_manager_take_counts (self, &loaded->counts);
  g_task_return_boolean (task, TRUE);
}

void
tally_sync_manager_load_async (TallySyncManager    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) inner = NULL;
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "load");
  inner = g_task_new (self, cancellable, load_cb, task);
  g_task_set_name (inner, "load");
  tally_store_thread_push (self->edits, inner, load_job);
}

gboolean
tally_sync_manager_load_finish (TallySyncManager  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  gboolean loaded = g_task_propagate_boolean (G_TASK (result), error);

  /* After the caller had its chance to give credentials, and to listen. */
  if (loaded)
    {
      tally_sync_manager_listen (self);
      tally_sync_manager_step (self);
    }

  return loaded;
}

/* --- connecting --- */

typedef struct
{
  TallyServerUrl *server;     /* owned */
  char           *user;       /* owned, nullable: as before */
  char           *password;   /* owned, nullable: as before */
  gboolean        counted;    /* among those under way */
  gboolean        cut;        /* ended a run that was under way */
} Connection;

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  g_clear_pointer (&connection->server, tally_server_url_free);
  g_free (connection->user);
  wipe (&connection->password);
  g_free (connection);
}

/* Records that were synced with one database are never poured into another. */
static gboolean
check_same (TallyStore        *store,
            const Connection  *connection,
            GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *url = tally_store_dup_setting (store, "url", &local_error);
  g_autofree char *since = NULL;

  if (local_error == NULL)
    since = tally_store_dup_since (store, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (url == NULL || since == NULL || g_str_equal (url, connection->server->url))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_MISMATCH,
               _("This store belongs to %s. Use another store for %s."), url,
               connection->server->url);

  return FALSE;
}

/* Whether the user that the store keeps is one of another server. */
static gboolean
is_other_server (TallyStore        *store,
                 const Connection  *connection,
                 gboolean          *other,
                 GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *url = tally_store_dup_setting (store, "url", &local_error);
  g_autoptr (TallyServerUrl) server = NULL;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  server = url != NULL ? tally_server_url_parse (url, NULL) : NULL;
  *other = server != NULL && !tally_server_url_same_server (server, connection->server);

  return TRUE;
}

static void
connect_job (GTask        *task,
             TallyStore   *store,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Connection *connection = task_data;
  gboolean other = FALSE;
  GError *error = NULL;

  if (check_same (store, connection, &error) &&
      is_other_server (store, connection, &other, &error) &&
      tally_store_set_setting (store, "url", connection->server->url, &error) &&
      ((connection->user == NULL && !other) ||
       tally_store_set_setting (store, "user", connection->user, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tally_sync_manager_push_connectors (TallySyncManager *self)
{
  g_autoptr (GPtrArray) connectors = g_steal_pointer (&self->connectors);

  self->connectors = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < connectors->len; i++)
    {
      if (self->stopped)
        g_task_return_new_error (connectors->pdata[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s",
                                 _("The service is ending."));
      else
        tally_store_thread_push (self->edits, connectors->pdata[i], connect_job);
    }
}

/* A run against another server may be about to store that the records are that server's: only
 * its end tells whether this store is still free. */
static void
push_connect (TallySyncManager *self,
              GTask            *task,
              Connection       *connection)
{
  self->n_connecting++;
  connection->counted = TRUE;
  connection->cut = self->run != NULL && self->server != NULL &&
                    !g_str_equal (self->server->url, connection->server->url);
  g_ptr_array_add (self->connectors, g_object_ref (task));
  if (connection->cut)
    tally_sync_manager_cancel (self);
  else if (self->connectors->len == 1)
    tally_sync_manager_push_connectors (self);
}

void
tally_sync_manager_connect_async (TallySyncManager    *self,
                                  const char          *url,
                                  const char          *user,
                                  const char          *password,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Connection *connection = g_new0 (Connection, 1);
  GError *error = NULL;

  g_task_set_name (task, "connect");
  g_task_set_task_data (task, connection, connection_free);
  connection->server = tally_server_url_parse (url, &error);
  if (connection->server == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  connection->user = g_strdup (*user != '\0' ? user : connection->server->user);
  connection->password = g_strdup (*password != '\0' ? password : connection->server->password);
  push_connect (self, task, connection);
}

gboolean
tally_sync_manager_connect_finish (TallySyncManager  *self,
                                   GAsyncResult      *result,
                                   GError           **error)
{
  Connection *connection = g_task_get_task_data (G_TASK (result));
  gboolean connected = g_task_propagate_boolean (G_TASK (result), error);

  if (connection->counted)
    self->n_connecting--;
  connection->counted = FALSE;
  if (!connected)
    {
      /* The run that had to end for nothing is made up for. */
      if (connection->cut)
        self->facts.started = FALSE;
      tally_sync_manager_go_on (self);
      return FALSE;
    }

  if (self->server != NULL && !tally_server_url_same_server (self->server, connection->server))
    drop_credentials (self);
  take_credentials (self, connection->user, connection->password);
  self->held = FALSE;
  if (self->server == NULL || !g_str_equal (self->server->url, connection->server->url))
    self->facts.started = FALSE;
  /* Somebody is at it: what failed before is worth another try at once. */
  self->facts.n_failures = 0;
  if (self->last_failure != NULL)
    self->facts.started = FALSE;
  take_server (self, g_steal_pointer (&connection->server));
  tally_sync_manager_update (self);
  tally_sync_manager_emit (self, "connection.changed", "{}");
  tally_sync_manager_go_on (self);

  return TRUE;
}

/* --- pausing --- */

static void
pause_job (GTask        *task,
           TallyStore   *store,
           gpointer      task_data,
           GCancellable *cancellable)
{
  GError *error = NULL;

  if (tally_store_set_setting (store, "paused", GPOINTER_TO_INT (task_data) ? "1" : NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tally_sync_manager_pause_async (TallySyncManager    *self,
                                gboolean             paused,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "pause");
  g_task_set_task_data (task, GINT_TO_POINTER (paused), NULL);
  tally_store_thread_push (self->edits, task, pause_job);
}

gboolean
tally_sync_manager_pause_finish (TallySyncManager  *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  gboolean paused = GPOINTER_TO_INT (g_task_get_task_data (G_TASK (result)));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (self->paused == paused)
    return TRUE;

  self->paused = paused;
  tally_sync_manager_notify (self, "paused");
  if (paused)
    tally_sync_manager_cancel (self);
  else
    self->facts.n_failures = 0;
  tally_sync_manager_update (self);
  tally_sync_manager_emit (self, "connection.changed", "{}");
  tally_sync_manager_emit (self, paused ? "sync.paused" : "sync.resumed", "{\"reason\":\"user\"}");
  tally_sync_manager_listen (self);
  tally_sync_manager_step (self);

  return TRUE;
}
