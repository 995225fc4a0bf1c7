/* sim-server.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-server.h"

#include "sim/sim-typing.h"

#include "server/tally-server-handler.h"
#include "sim/sim-vfs.h"

#include <string.h>

struct _TallySimServer
{
  TallySimTrace      *trace;     /* unowned */
  TallyClock         *clock;     /* owned */
  GRand              *rand;      /* owned */
  TallySimVfs        *disk;      /* owned */

  gboolean            bends;     /* keeps numbers as doubles, like JavaScript */
  TallyServerHandler *handler;   /* owned, nullable: closed */
  TallySimImage      *backup;    /* owned, nullable: none was made yet */

  TallySimServerWatch watch;     /* nullable */
  gpointer            watch_data;
};

TallySimServer *
tally_sim_server_new (TallySimTrace *trace,
                      TallyClock    *clock,
                      guint32        seed)
{
  TallySimServer *self = g_new0 (TallySimServer, 1);

  self->trace = trace;
  self->clock = g_object_ref (clock);
  self->rand = g_rand_new_with_seed (seed);
  self->disk = tally_sim_vfs_new ("server", g_rand_int (self->rand), clock);

  return self;
}

void
tally_sim_server_free (TallySimServer *self)
{
  g_assert (self->handler == NULL);

  g_clear_pointer (&self->backup, tally_sim_image_free);
  tally_sim_vfs_free (self->disk);
  g_rand_free (self->rand);
  g_object_unref (self->clock);
  g_free (self);
}

static TallyResponse *
handle (TallySimServer     *self,
        const TallyRequest *request)
{
  const char *host = strstr (request->url, "://");
  const char *target = host != NULL ? strchr (host + 3, '/') : NULL;
  g_autoptr (TallyServerRequest) incoming = NULL;
  g_autoptr (TallyServerReply) reply = NULL;
  g_autoptr (GBytes) sent = NULL;
  g_autoptr (GBytes) body = NULL;
  TallyResponse *response;

  incoming = tally_server_request_new (request->method, target != NULL ? target : "/", NULL);
  g_assert (incoming != NULL);
  if (request->body != NULL)
    {
      sent = self->bends ? tally_sim_typing_bend (request->body) : g_bytes_ref (request->body);
      tally_server_request_set_body (incoming, sent);
    }
  if (request->content_type != NULL)
    tally_server_request_set_header (incoming, "content-type", request->content_type);

  reply = tally_server_handler_handle (self->handler, incoming);
  body = tally_server_reply_drain (reply, NULL);
  if (body == NULL)
    return NULL;

  response = tally_response_new (reply->status, reply->content_type, -1, body,
                                 100 + (request->body != NULL ? g_bytes_get_size (request->body)
                                                              : 0),
                                 100 + g_bytes_get_size (body));
  if (self->watch != NULL)
    self->watch (incoming, response, self->watch_data);

  return response;
}

static void
open_handler (TallySimServer *self)
{
  TallyServerOptions options = {
    .folder = "/",
    .vfs = tally_sim_vfs_get_name (self->disk),
    .uuid = "00112233445566778899aabbccddeeff",
  };

  self->handler = tally_server_handler_new (&options, self->clock, self->rand);
}

static void
make_database (TallySimServer *self)
{
  TallyRequest make = { .method = "PUT", .url = TALLY_SIM_SERVER_URL };
  g_autoptr (TallyResponse) response = handle (self, &make);

  if (response == NULL || response->status != 201)
    tally_sim_trace_fail (self->trace, "the server cannot make its database");
}

void
tally_sim_server_open (TallySimServer *self)
{
  open_handler (self);
  make_database (self);
}

void
tally_sim_server_close (TallySimServer *self)
{
  if (self->watch != NULL)
    self->watch (NULL, NULL, self->watch_data);
  g_clear_object (&self->handler);
}

TallyResponse *
tally_sim_server_handle (TallySimServer     *self,
                         const TallyRequest *request)
{
  g_autoptr (TallyResponse) response = handle (self, request);

  if (!tally_sim_vfs_is_dead (self->disk))
    return g_steal_pointer (&response);

  g_clear_object (&self->handler);
  tally_sim_vfs_restart (self->disk, TALLY_SIM_CRASH_POWER);
  open_handler (self);

  return NULL;
}

void
tally_sim_server_back_up (TallySimServer *self)
{
  g_clear_pointer (&self->backup, tally_sim_image_free);
  self->backup = tally_sim_vfs_snapshot (self->disk);
}

gboolean
tally_sim_server_restore (TallySimServer *self)
{
  if (self->backup == NULL)
    return FALSE;

  g_clear_object (&self->handler);
  tally_sim_vfs_load (self->disk, self->backup);
  open_handler (self);

  return TRUE;
}

void
tally_sim_server_recreate (TallySimServer *self)
{
  TallyRequest drop = { .method = "DELETE", .url = TALLY_SIM_SERVER_URL };
  TallyRequest make = { .method = "PUT", .url = TALLY_SIM_SERVER_URL };
  g_autoptr (TallyResponse) dropped = NULL;
  g_autoptr (TallyResponse) made = NULL;

  /* Whoever does it does it again where the machine goes down over it. */
  while (dropped == NULL)
    dropped = tally_sim_server_handle (self, &drop);
  while (made == NULL)
    made = tally_sim_server_handle (self, &make);
  if ((dropped->status != 200 && dropped->status != 404) ||
      (made->status != 201 && made->status != 412))
    tally_sim_trace_fail (self->trace, "the server cannot make its database anew: %u, %u",
                          dropped->status, made->status);
}

void
tally_sim_server_crash_after (TallySimServer *self,
                              guint64         n_ops)
{
  tally_sim_vfs_crash_after (self->disk, n_ops);
}

void
tally_sim_server_disarm (TallySimServer *self)
{
  tally_sim_vfs_disarm (self->disk);
}

void
tally_sim_server_bend (TallySimServer *self)
{
  self->bends = TRUE;
}

void
tally_sim_server_watch (TallySimServer      *self,
                        TallySimServerWatch  watch,
                        gpointer             data)
{
  self->watch = watch;
  self->watch_data = data;
}
