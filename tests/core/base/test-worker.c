/* test-worker.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-worker.h"

typedef struct
{
  TallyWorker *worker;
  GString     *order;       /* written on the worker only */
  guint        n_done;
  guint        n_cancelled;
} Fixture;

static void
work (GTask        *task,
      gpointer      source,
      gpointer      data,
      GCancellable *cancellable)
{
  Fixture *fixture = data;

  g_assert_true (tally_worker_is_current (fixture->worker));
  g_string_append_c (fixture->order, 'a' + (char) (fixture->order->len % 26));
  g_task_return_boolean (task, TRUE);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tally_worker_is_current (fixture->worker));
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      fixture->n_cancelled++;
    }
  fixture->n_done++;
}

static void
push (Fixture      *fixture,
      GObject      *source,
      GCancellable *cancellable)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, done_cb, fixture);

  g_task_set_task_data (task, fixture, NULL);
  tally_worker_push (fixture->worker, task, work);
}

static void
test_order (void)
{
  Fixture fixture = { tally_worker_new ("test"), g_string_new (NULL), 0, 0 };

  for (guint i = 0; i < 26; i++)
    push (&fixture, NULL, NULL);
  while (fixture.n_done < 26)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpstr (fixture.order->str, ==, "abcdefghijklmnopqrstuvwxyz");
  g_assert_finalize_object (fixture.worker);
  g_string_free (fixture.order, TRUE);
}

static void
test_cancelled (void)
{
  Fixture fixture = { tally_worker_new ("test"), g_string_new (NULL), 0, 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  push (&fixture, NULL, cancellable);
  push (&fixture, NULL, NULL);
  while (fixture.n_done < 2)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (fixture.n_cancelled, ==, 1);
  g_assert_cmpstr (fixture.order->str, ==, "a");
  g_assert_finalize_object (fixture.worker);
  g_string_free (fixture.order, TRUE);
}

/* Disposing runs what is queued; the source objects die on this thread, in this context. */
static void
test_dispose (void)
{
  Fixture fixture = { tally_worker_new ("test"), g_string_new (NULL), 0, 0 };
  g_autoptr (GCancellable) source = g_cancellable_new ();
  TallyWorker *worker = fixture.worker;

  for (guint i = 0; i < 100; i++)
    push (&fixture, G_OBJECT (source), NULL);
  g_object_ref (worker);
  g_object_run_dispose (G_OBJECT (worker));
  g_assert_cmpuint (fixture.order->len, ==, 100);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.n_done, ==, 100);
  g_assert_cmpuint (G_OBJECT (source)->ref_count, ==, 1);
  g_object_unref (worker);
  g_assert_finalize_object (worker);
  g_string_free (fixture.order, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/worker/order", test_order);
  g_test_add_func ("/base/worker/cancelled", test_cancelled);
  g_test_add_func ("/base/worker/dispose", test_dispose);

  return g_test_run ();
}
