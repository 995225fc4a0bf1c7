/* tally-worker.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-worker.h"

/* The same shape as gnome-software's gs-worker-thread.c, without priorities: order is the point. */
struct _TallyWorker
{
  GObject      parent_instance;

  GThread     *thread;    /* owned; NULL once disposed */
  GAsyncQueue *jobs;      /* of Job, owned; the same until the end: the worker's identity */
};

typedef struct
{
  GTask           *task;    /* owned; NULL: the thread ends here */
  GTaskThreadFunc  func;
} Job;

/* On a worker's thread: its queue, borrowed. */
static GPrivate current_jobs;

G_DEFINE_FINAL_TYPE (TallyWorker, tally_worker, G_TYPE_OBJECT)

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_object (&job->task);
  g_free (job);
}

static gboolean
drop_task_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* The task may hold the last reference to its source object, which must not die here: the
 * reference goes home to the context the task belongs to. It is given away, not shared: the
 * context may be done with it before this thread comes to drop its own. */
static void
send_task_home (GTask *task)
{
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (task));
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_static_name (source, "[tally] a worker's task goes home");
  g_source_set_callback (source, drop_task_cb, task, g_object_unref);
  g_source_attach (source, context);
}

static gpointer
run_jobs (gpointer data)
{
  g_autoptr (GAsyncQueue) jobs = data;
  gboolean going = TRUE;

  g_private_set (&current_jobs, jobs);
  while (going)
    {
      Job *job = g_async_queue_pop (jobs);

      if (job->task == NULL)
        going = FALSE;
      else
        {
          if (!g_task_return_error_if_cancelled (job->task))
            job->func (job->task,
                       g_task_get_source_object (job->task),
                       g_task_get_task_data (job->task),
                       g_task_get_cancellable (job->task));
          send_task_home (g_steal_pointer (&job->task));
        }
      job_free (job);
    }

  return NULL;
}

static void
tally_worker_dispose (GObject *object)
{
  TallyWorker *self = TALLY_WORKER (object);

  if (self->thread != NULL)
    {
      g_assert (!tally_worker_is_current (self));
      g_async_queue_push (self->jobs, g_new0 (Job, 1));
      g_thread_join (g_steal_pointer (&self->thread));
    }

  G_OBJECT_CLASS (tally_worker_parent_class)->dispose (object);
}

static void
tally_worker_finalize (GObject *object)
{
  TallyWorker *self = TALLY_WORKER (object);

  g_clear_pointer (&self->jobs, g_async_queue_unref);

  G_OBJECT_CLASS (tally_worker_parent_class)->finalize (object);
}

static void
tally_worker_class_init (TallyWorkerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_worker_dispose;
  object_class->finalize = tally_worker_finalize;
}

static void
tally_worker_init (TallyWorker *self)
{
  self->jobs = g_async_queue_new_full (job_free);
}

/**
 * tally_worker_new:
 * @name: the thread's name as a debugger shows it, 15 bytes of it on Linux
 *
 * Returns: (transfer full): a worker whose thread is waiting
 */
TallyWorker *
tally_worker_new (const char *name)
{
  TallyWorker *self = g_object_new (TALLY_TYPE_WORKER, NULL);

  self->thread = g_thread_new (name, run_jobs, g_async_queue_ref (self->jobs));

  return self;
}

/**
 * tally_worker_push:
 * @self: a worker
 * @task: (transfer none): the task; the worker holds its own reference while it needs it and
 *   drops it in the task's context
 * @func: runs on the worker's thread and returns through @task
 *
 * Queues @func behind everything pushed before. A task that is cancelled before its turn returns
 * %G_IO_ERROR_CANCELLED without @func having run. From any thread.
 */
void
tally_worker_push (TallyWorker     *self,
                   GTask           *task,
                   GTaskThreadFunc  func)
{
  Job *job;

  g_return_if_fail (TALLY_IS_WORKER (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (G_IS_TASK (task));

  job = g_new (Job, 1);
  job->task = g_object_ref (task);
  job->func = func;
  g_async_queue_push (self->jobs, job);
}

/**
 * tally_worker_is_current:
 * @self: a worker
 *
 * Returns: %TRUE on the worker's own thread
 */
gboolean
tally_worker_is_current (TallyWorker *self)
{
  g_return_val_if_fail (TALLY_IS_WORKER (self), FALSE);

  return g_private_get (&current_jobs) == self->jobs;
}
