/* tally-store-thread.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-store-thread.h"

#include "base/tally-worker.h"
#include "config.h"
#include "service/tally-machine-id.h"

#include <glib/gi18n-lib.h>

/* What the worker's thread alone touches. */
typedef struct
{
  char       *path;         /* owned */
  char       *machine_id;   /* owned */
  TallyClock *clock;        /* owned */
  GRand      *rand;         /* owned */
  TallyStore *store;        /* owned, nullable: not open yet */
  GError     *error;        /* owned, nullable: it can't be opened */
} Room;

struct _TallyStoreThread
{
  GObject parent_instance;

  TallyWorker *worker;   /* owned */
  Room        *room;     /* owned; the worker's */
};

typedef struct
{
  Room          *room;   /* borrowed: lives until the worker is joined */
  GTask         *task;   /* owned */
  TallyStoreJob  job;
} Errand;

G_DEFINE_FINAL_TYPE (TallyStoreThread, tally_store_thread, G_TYPE_OBJECT)

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_object_unref (errand->task);
  g_free (errand);
}

static void
open_store (Room *room)
{
  TallyStoreOptions options = {
    .path = room->path,
    .clock = room->clock,
    .rand = room->rand,
    .machine_id = room->machine_id,
  };

  if (room->store == NULL && room->error == NULL)
    room->store = tally_store_open (&options, &room->error);
}

static void
run_errand (GTask        *outer,
            gpointer      source,
            gpointer      task_data,
            GCancellable *cancellable)
{
  Errand *errand = task_data;

  open_store (errand->room);
  if (errand->room->store == NULL)
    g_task_return_error (errand->task, g_error_copy (errand->room->error));
  else if (!g_task_return_error_if_cancelled (errand->task))
    errand->job (errand->task, errand->room->store, g_task_get_task_data (errand->task),
                 g_task_get_cancellable (errand->task));
  g_task_return_boolean (outer, TRUE);
}

static void
close_store (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Room *room = task_data;

  g_clear_pointer (&room->store, tally_store_close);
  g_task_return_boolean (task, TRUE);
}

static void
tally_store_thread_dispose (GObject *object)
{
  TallyStoreThread *self = TALLY_STORE_THREAD (object);

  if (self->worker != NULL)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_name (task, "close the store");
      g_task_set_task_data (task, self->room, NULL);
      tally_worker_push (self->worker, task, close_store);
      g_clear_object (&self->worker);
    }

  G_OBJECT_CLASS (tally_store_thread_parent_class)->dispose (object);
}

static void
tally_store_thread_finalize (GObject *object)
{
  TallyStoreThread *self = TALLY_STORE_THREAD (object);

  g_clear_pointer (&self->room->path, g_free);
  g_clear_pointer (&self->room->machine_id, g_free);
  g_clear_object (&self->room->clock);
  g_clear_pointer (&self->room->rand, g_rand_free);
  g_clear_error (&self->room->error);
  g_clear_pointer (&self->room, g_free);

  G_OBJECT_CLASS (tally_store_thread_parent_class)->finalize (object);
}

static void
tally_store_thread_class_init (TallyStoreThreadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_store_thread_dispose;
  object_class->finalize = tally_store_thread_finalize;
}

static void
tally_store_thread_init (TallyStoreThread *self)
{
  self->room = g_new0 (Room, 1);
}

/**
 * tally_store_thread_new:
 * @name: of the thread
 * @path: the store's file; this process holds its lock
 * @clock: dates of what is stored
 * @rand: chance; copied
 */
TallyStoreThread *
tally_store_thread_new (const char *name,
                        const char *path,
                        TallyClock *clock,
                        GRand      *rand)
{
  TallyStoreThread *self = g_object_new (TALLY_TYPE_STORE_THREAD, NULL);

  self->room->path = g_strdup (path);
  self->room->machine_id = tally_machine_id_dup ();
  self->room->clock = g_object_ref (clock);
  self->room->rand = g_rand_copy (rand);
  self->worker = tally_worker_new (name);

  return self;
}

/**
 * tally_store_thread_push:
 * @self: a store thread
 * @task: (transfer none): what @job returns through
 * @job: runs behind everything pushed before
 */
void
tally_store_thread_push (TallyStoreThread *self,
                         GTask            *task,
                         TallyStoreJob     job)
{
  g_autoptr (GTask) outer = NULL;
  Errand *errand;

  g_return_if_fail (TALLY_IS_STORE_THREAD (self));
  g_return_if_fail (G_IS_TASK (task));

  /* After the end nothing is taken in any more. */
  if (self->worker == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "%s",
                               _("The store is closed."));
      return;
    }

  errand = g_new (Errand, 1);
  errand->room = self->room;
  errand->task = g_object_ref (task);
  errand->job = job;

  outer = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_name (outer, "store job");
  g_task_set_task_data (outer, errand, errand_free);
  tally_worker_push (self->worker, outer, run_errand);
}
