/* tally-soup-thread.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "lib/tally-soup-thread.h"

struct _TallySoupThread
{
  SoupServerCallback  callback;
  gpointer            user_data;
  GThread            *thread;
  GMainContext       *context;
  GMainLoop          *loop;
  char               *base_url;   /* set once before the constructor returns */

  GMutex              mutex;      /* guards what follows */
  GCond               ready;
  gboolean            listening;
};

static gpointer
thread_func (gpointer data)
{
  TallySoupThread *self = data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (SoupServer) server = soup_server_new ("raw-paths", TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  soup_server_add_handler (server, NULL, self->callback, self->user_data, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);

  g_mutex_lock (&self->mutex);
  self->base_url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  self->listening = TRUE;
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->mutex);

  g_main_loop_run (self->loop);
  soup_server_disconnect (server);

  return NULL;
}

TallySoupThread *
tally_soup_thread_new (SoupServerCallback callback,
                       gpointer           user_data)
{
  TallySoupThread *self = g_new0 (TallySoupThread, 1);

  self->callback = callback;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ready);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("soup-thread", thread_func, self);

  g_mutex_lock (&self->mutex);
  while (!self->listening)
    g_cond_wait (&self->ready, &self->mutex);
  g_mutex_unlock (&self->mutex);

  return self;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

void
tally_soup_thread_free (TallySoupThread *self)
{
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (self->thread);

  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->base_url);
  g_cond_clear (&self->ready);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

char *
tally_soup_thread_dup_url (TallySoupThread *self,
                           const char      *path)
{
  return g_strconcat (self->base_url, path, NULL);
}
