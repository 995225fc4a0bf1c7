/* sim-net.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-net.h"

#include <string.h>

/* Ways take 1 to 40 ms; a delayed one up to half a minute; a client gives up after a minute. */
#define WAY_US 40000
#define DELAY_US (30 * G_USEC_PER_SEC)
#define PATIENCE_US (60 * G_USEC_PER_SEC)

/* One request under way. */
typedef struct
{
  int            n_refs;
  char          *who;        /* owned */
  char          *method;     /* owned */
  char          *url;        /* owned */
  char          *type;       /* owned, nullable: of the body */
  GBytes        *body;       /* owned, nullable */
  gint64         due_us;     /* when it arrives */

  TallySimActor *receiver;   /* nullable: nobody waits for the answer */
  TallyResponse *response;   /* owned, nullable */
  gboolean       done;       /* answered, or the server went down over it */
} Parcel;

struct _TallySimNet
{
  TallySimBaton  *baton;     /* unowned */
  TallySimTrace  *trace;     /* unowned */
  TallySimServer *server;    /* unowned */
  TallySimOdds    odds;
  GRand          *rand;      /* owned */

  TallySimActor  *actor;     /* the server's */
  GPtrArray      *parcels;   /* owned: in the order of their sending */
  gboolean        closing;
};

static Parcel *
parcel_new (const char         *who,
            const TallyRequest *request,
            gint64              due_us)
{
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->n_refs = 1;
  parcel->who = g_strdup (who);
  parcel->method = g_strdup (request->method);
  parcel->url = g_strdup (request->url);
  parcel->type = g_strdup (request->content_type);
  parcel->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  parcel->due_us = due_us;

  return parcel;
}

static Parcel *
parcel_ref (Parcel *parcel)
{
  parcel->n_refs++;
  return parcel;
}

static void
parcel_unref (Parcel *parcel)
{
  if (--parcel->n_refs > 0)
    return;

  g_clear_pointer (&parcel->response, tally_response_unref);
  g_clear_pointer (&parcel->body, g_bytes_unref);
  g_free (parcel->type);
  g_free (parcel->url);
  g_free (parcel->method);
  g_free (parcel->who);
  g_free (parcel);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parcel, parcel_unref)

static gboolean
happens (TallySimNet   *self,
         const char    *who,
         TallySimFault  fault)
{
  if (g_rand_int_range (self->rand, 0, 1000) >= self->odds.per_mille[fault])
    return FALSE;

  tally_sim_trace_add_fault (self->trace, who, fault);

  return TRUE;
}

static gint64
random_us (TallySimNet *self,
           gint64       most_us)
{
  return g_rand_int_range (self->rand, 1, (gint32) most_us);
}

/* --- the server's side --- */

/* One of those that have arrived; NULL: none has, and *next_us is when the first will. */
static Parcel *
take_arrived (TallySimNet *self,
              gint64      *next_us)
{
  gint64 now_us = tally_sim_baton_get_now_us (self->baton);
  Parcel *first = NULL;

  for (guint i = 0; i < self->parcels->len; i++)
    {
      Parcel *parcel = self->parcels->pdata[i];

      if (first == NULL || parcel->due_us < first->due_us)
        first = parcel;
    }

  *next_us = first != NULL ? first->due_us : G_MAXINT64;
  if (first == NULL || first->due_us > now_us)
    return NULL;

  parcel_ref (first);
  g_ptr_array_remove (self->parcels, first);

  return first;
}

static const char *
short_url (const char *url)
{
  return g_str_has_prefix (url, TALLY_SIM_SERVER_URL) ? url + strlen (TALLY_SIM_SERVER_URL) : url;
}

static void
serve (TallySimNet *self,
       Parcel      *parcel)
{
  TallyRequest request = {
    .method = parcel->method,
    .url = parcel->url,
    .body = parcel->body,
    .content_type = parcel->type,
  };

  if (happens (self, "server", TALLY_SIM_FAULT_SERVER_CRASH))
    tally_sim_server_crash_after (self->server, random_us (self, 12));

  parcel->response = tally_sim_server_handle (self->server, &request);
  parcel->done = TRUE;
  tally_sim_trace_add (self->trace, parcel->who, "%s %.48s -> %u %" G_GSIZE_FORMAT "%s",
                       parcel->method, short_url (parcel->url),
                       parcel->response != NULL ? parcel->response->status : 0,
                       parcel->response != NULL ? g_bytes_get_size (parcel->response->body) : 0,
                       parcel->receiver != NULL ? "" : " (nobody waits)");

  if (parcel->receiver != NULL)
    tally_sim_baton_wake (self->baton, parcel->receiver);
}

static void
actor_main (gpointer data)
{
  TallySimNet *self = data;

  tally_sim_server_open (self->server);

  while (!self->closing || self->parcels->len > 0)
    {
      gint64 next_us;
      g_autoptr (Parcel) parcel = take_arrived (self, &next_us);

      if (parcel != NULL)
        serve (self, parcel);
      else if (next_us != G_MAXINT64)
        tally_sim_baton_sleep (self->baton, next_us - tally_sim_baton_get_now_us (self->baton));
      else
        tally_sim_baton_wait (self->baton);
    }

  tally_sim_server_close (self->server);
}

/* --- the client's side --- */

static Parcel *
send (TallySimNet        *self,
      const char         *who,
      const TallyRequest *request,
      gint64              way_us)
{
  Parcel *parcel = parcel_new (who, request, tally_sim_baton_get_now_us (self->baton) + way_us);

  g_ptr_array_add (self->parcels, parcel);
  tally_sim_baton_wake (self->baton, self->actor);

  return parcel_ref (parcel);
}

static TallyResponse *
fail (TallyHttpError   code,
      GError         **error)
{
  g_set_error_literal (error, TALLY_HTTP_ERROR, code, "simulated");
  return NULL;
}

static TallyResponse *
lose (TallySimNet   *self,
      TallyClock    *clock,
      GCancellable  *cancellable,
      GError       **error)
{
  gboolean unsent = g_rand_boolean (self->rand);

  if (!tally_clock_sleep_us (clock, unsent ? WAY_US : PATIENCE_US, cancellable, error))
    return NULL;

  return fail (unsent ? TALLY_HTTP_ERROR_UNREACHABLE : TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, error);
}

static TallyResponse *
cut (TallyResponse *response)
{
  g_autoptr (TallyResponse) whole = response;
  g_autoptr (GBytes) half = g_bytes_new_from_bytes (whole->body, 0,
                                                    g_bytes_get_size (whole->body) / 2);

  return tally_response_new (whole->status, whole->content_type, -1, half, whole->bytes_up,
                             whole->bytes_down);
}

/* What the client makes of what came back. */
static TallyResponse *
receive (TallySimNet         *self,
         const char          *who,
         const TallyRequest  *request,
         Parcel              *parcel,
         GError             **error)
{
  if (parcel->response == NULL || happens (self, who, TALLY_SIM_FAULT_LOST_ANSWER))
    return fail (TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, error);

  if (request->max_bytes > 0 && g_bytes_get_size (parcel->response->body) > request->max_bytes)
    return fail (TALLY_HTTP_ERROR_TOO_LARGE, error);

  if (happens (self, who, TALLY_SIM_FAULT_CUT_ANSWER))
    return cut (g_steal_pointer (&parcel->response));

  return g_steal_pointer (&parcel->response);
}

TallyResponse *
tally_sim_net_exchange (TallySimNet         *self,
                        const char          *who,
                        TallyClock          *clock,
                        const TallyRequest  *request,
                        GCancellable        *cancellable,
                        GError             **error)
{
  g_autoptr (Parcel) parcel = NULL;
  gint64 way_us = random_us (self, WAY_US);
  gint64 left_us = PATIENCE_US;
  gint64 deadline_us = tally_sim_baton_get_now_us (self->baton) + PATIENCE_US;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  if (happens (self, who, TALLY_SIM_FAULT_DROP))
    return lose (self, clock, cancellable, error);

  if (happens (self, who, TALLY_SIM_FAULT_BUSY))
    {
      g_autoptr (GBytes) empty = g_bytes_new_static ("{\"error\":\"busy\"}", 16);

      return tally_response_new (503, "application/json", -1, empty, 100, 100);
    }

  if (happens (self, who, TALLY_SIM_FAULT_DUPLICATE))
    parcel_unref (send (self, who, request, way_us + random_us (self, 2 * PATIENCE_US)));

  if (happens (self, who, TALLY_SIM_FAULT_LATE))
    way_us += PATIENCE_US + random_us (self, PATIENCE_US);
  else if (happens (self, who, TALLY_SIM_FAULT_DELAY))
    way_us += random_us (self, DELAY_US);

  parcel = send (self, who, request, way_us);
  parcel->receiver = tally_sim_baton_get_actor (self->baton);
  while (!parcel->done && left_us > 0 && tally_clock_sleep_us (clock, left_us, cancellable, NULL))
    left_us = deadline_us - tally_sim_baton_get_now_us (self->baton);
  parcel->receiver = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (!parcel->done)
    return fail (TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, error);

  return receive (self, who, request, parcel, error);
}

TallySimNet *
tally_sim_net_new (TallySimBaton      *baton,
                   TallySimTrace      *trace,
                   TallySimServer     *server,
                   const TallySimOdds *odds,
                   guint32             seed)
{
  TallySimNet *self = g_new0 (TallySimNet, 1);

  self->baton = baton;
  self->trace = trace;
  self->server = server;
  self->odds = *odds;
  self->rand = g_rand_new_with_seed (seed);
  self->parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) parcel_unref);
  self->actor = tally_sim_baton_spawn (baton, "server", actor_main, self);

  return self;
}

void
tally_sim_net_free (TallySimNet *self)
{
  g_ptr_array_unref (self->parcels);
  g_rand_free (self->rand);
  g_free (self);
}

void
tally_sim_net_heal (TallySimNet *self)
{
  memset (&self->odds, 0, sizeof self->odds);
  tally_sim_server_disarm (self->server);
}

gboolean
tally_sim_net_is_idle (TallySimNet *self)
{
  return self->parcels->len == 0;
}

void
tally_sim_net_close (TallySimNet *self)
{
  self->closing = TRUE;
  tally_sim_baton_wake (self->baton, self->actor);
}
