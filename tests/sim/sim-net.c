/* sim-net.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-net.h"

#include "sim/sim-clock.h"
#include "sim/sim-fate.h"

#include <string.h>

/* One request under way, or something that is done to the server. */
typedef struct
{
  int            n_refs;
  guint          actor;
  char          *method;     /* owned; NULL: an operation */
  char          *url;        /* owned */
  char          *type;       /* owned, nullable: of the body */
  GBytes        *body;       /* owned, nullable */
  gint64         due_us;     /* when it arrives */
  gboolean       quiet;      /* an oracle's: no event of the world */
  TallySimOperation operation;

  TallySimActor *receiver;   /* nullable: nobody waits for the answer */
  TallyResponse *response;   /* owned, nullable */
  gboolean       done;       /* answered, or the server went down over it */
  gboolean       worked;     /* of an operation */
} Parcel;

struct _TallySimNet
{
  TallySimNetOptions given;

  TallySimActor     *actor;     /* the server's */
  GPtrArray         *parcels;   /* owned: in the order of their sending */
  guint              n_requests[TALLY_SIM_N_ACTORS];
  guint              n_served;
  guint              era;
  gboolean           late_marks[TALLY_SIM_N_ACTORS];
  gboolean           locked[TALLY_SIM_N_ACTORS];    /* was told that its login is refused */
  gint64             wait_us[TALLY_SIM_N_ACTORS];   /* was asked to wait until then, */
  char              *waiting[TALLY_SIM_N_ACTORS];   /* owned, nullable: with this request */
  gboolean           closing;
};

static Parcel *
parcel_new (guint               actor,
            const TallyRequest *request,
            gint64              due_us)
{
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->n_refs = 1;
  parcel->actor = actor;
  parcel->due_us = due_us;
  if (request == NULL)
    return parcel;

  parcel->method = g_strdup (request->method);
  parcel->url = g_strdup (request->url);
  parcel->type = g_strdup (request->content_type);
  parcel->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;

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
  g_free (parcel);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parcel, parcel_unref)

static gboolean
happens (TallySimNet  *self,
         guint         actor,
         TallySimKind  fault,
         TallySimDice *dice)
{
  TallySimDice own;

  if (!tally_sim_events_draw (self->given.events, actor, fault,
                              self->given.odds.per_mille[fault], dice != NULL ? dice : &own))
    return FALSE;

  tally_sim_trace_add_fault (self->given.trace, tally_sim_actor_to_string (actor), fault);

  return TRUE;
}

static gint64
now_us (TallySimNet *self)
{
  return tally_sim_baton_get_now_us (self->given.baton);
}

/* --- the server's side --- */

/* One of those that have arrived; NULL: none has, and *next_us is when the first will. */
static Parcel *
take_arrived (TallySimNet *self,
              gint64      *next_us)
{
  Parcel *first = NULL;

  for (guint i = 0; i < self->parcels->len; i++)
    {
      Parcel *parcel = self->parcels->pdata[i];

      if (first == NULL || parcel->due_us < first->due_us)
        first = parcel;
    }

  *next_us = first != NULL ? first->due_us : G_MAXINT64;
  if (first == NULL || first->due_us > now_us (self))
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

static gboolean
operate (TallySimNet       *self,
         TallySimOperation  operation)
{
  switch (operation)
    {
    case TALLY_SIM_OPERATION_BACK_UP:
      tally_sim_server_back_up (self->given.server);
      return TRUE;

    case TALLY_SIM_OPERATION_RESTORE:
      return tally_sim_server_restore (self->given.server);

    case TALLY_SIM_OPERATION_RECREATE:
    default:
      tally_sim_server_recreate (self->given.server);
      return TRUE;
    }
}

static gboolean
is_late_mark (const Parcel *parcel)
{
  return parcel->receiver == NULL && g_strcmp0 (parcel->method, "PUT") == 0 &&
         strstr (parcel->url, "/_local/") != NULL && parcel->response != NULL &&
         parcel->response->status == 201;
}

static void
serve (TallySimNet *self,
       Parcel      *parcel)
{
  TallySimDice dice;
  TallyRequest request = {
    .method = parcel->method,
    .url = parcel->url,
    .body = parcel->body,
    .content_type = parcel->type,
  };

  if (parcel->method == NULL)
    {
      parcel->worked = operate (self, parcel->operation);
      self->era += parcel->worked && parcel->operation != TALLY_SIM_OPERATION_BACK_UP;
    }
  else
    {
      if (!parcel->quiet && happens (self, TALLY_SIM_WORLD, TALLY_SIM_FAULT_SERVER_CRASH, &dice))
        tally_sim_server_crash_after (self->given.server, tally_sim_dice_range (&dice, 1, 12));
      parcel->response = tally_sim_server_handle (self->given.server, &request);
      self->n_served += !parcel->quiet && parcel->actor < TALLY_SIM_MAX_DEVICES;
      if (parcel->actor == TALLY_SIM_FOREIGNER && parcel->response != NULL &&
          parcel->response->status == 201)
        tally_sim_ledger_note_written (self->given.ledger, parcel->actor, parcel->response->body);
    }

  if (self->era > 0 && is_late_mark (parcel))
    self->late_marks[parcel->actor] = TRUE;
  parcel->done = TRUE;
  if (!parcel->quiet)
    tally_sim_trace_add (self->given.trace, tally_sim_actor_to_string (parcel->actor),
                         "%s %.48s -> %u %" G_GSIZE_FORMAT "%s",
                         parcel->method, short_url (parcel->url),
                         parcel->response != NULL ? parcel->response->status : 0,
                         parcel->response != NULL ? g_bytes_get_size (parcel->response->body) : 0,
                         parcel->receiver != NULL ? "" : " (nobody waits)");

  if (parcel->receiver != NULL)
    tally_sim_baton_wake (self->given.baton, parcel->receiver);
}

static void
actor_main (gpointer data)
{
  TallySimNet *self = data;

  tally_sim_server_open (self->given.server);

  while (!self->closing || self->parcels->len > 0)
    {
      gint64 next_us;
      g_autoptr (Parcel) parcel = take_arrived (self, &next_us);

      if (parcel != NULL)
        serve (self, parcel);
      else if (next_us != G_MAXINT64)
        tally_sim_baton_sleep (self->given.baton, next_us - now_us (self));
      else
        tally_sim_baton_wait (self->given.baton);
    }

  tally_sim_server_close (self->given.server);
}

/* --- the client's side --- */

static Parcel *
send (TallySimNet        *self,
      guint               actor,
      const TallyRequest *request,
      gint64              way_us)
{
  Parcel *parcel = parcel_new (actor, request, now_us (self) + way_us);

  g_ptr_array_add (self->parcels, parcel);
  tally_sim_baton_wake (self->given.baton, self->actor);

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
lose (TallySimDice  *dice,
      TallyClock    *clock,
      GCancellable  *cancellable,
      GError       **error)
{
  gboolean unsent = tally_sim_dice_chance (dice, 50);

  if (!tally_clock_sleep_us (clock, unsent ? TALLY_SIM_WAY_US : TALLY_SIM_PATIENCE_US, cancellable, error))
    return NULL;

  return fail (unsent ? TALLY_HTTP_ERROR_UNREACHABLE : TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, error);
}

static TallyResponse *
travel (TallySimNet         *self,
        guint                actor,
        TallyClock          *clock,
        const TallyRequest  *request,
        TallySimFate        *fate,
        GCancellable        *cancellable,
        GError             **error)
{
  g_autoptr (Parcel) parcel = NULL;
  gint64 left_us = TALLY_SIM_PATIENCE_US;
  gint64 deadline_us = now_us (self) + TALLY_SIM_PATIENCE_US;

  if (fate->again_us > 0)
    parcel_unref (send (self, actor, request, fate->again_us));

  parcel = send (self, actor, request, fate->way_us);
  parcel->receiver = tally_sim_baton_get_actor (self->given.baton);
  while (!parcel->done && left_us > 0 &&
         tally_sim_clock_doze_us (TALLY_SIM_CLOCK (clock), left_us, cancellable, NULL))
    left_us = deadline_us - now_us (self);
  parcel->receiver = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (!parcel->done)
    return fail (TALLY_HTTP_ERROR_UNKNOWN_OUTCOME, error);

  return tally_sim_fate_receive (fate, request, parcel->response, error);
}

/* The server's own page, which may be closed to those who may use a database. */
static gboolean
is_root (const char *url)
{
  return !g_str_has_prefix (url, TALLY_SIM_SERVER_URL);
}

/* What nobody may do who was told not to. */
static void
check_manners (TallySimNet        *self,
               guint               actor,
               const TallyRequest *request)
{
  g_autofree char *what = g_strdup_printf ("%s %s", request->method, request->url);

  if (self->locked[actor] && !is_root (request->url))
    tally_sim_trace_fail (self->given.trace, "%s tries a refused login again",
                          tally_sim_actor_to_string (actor));
  if (g_strcmp0 (what, self->waiting[actor]) == 0 && now_us (self) < self->wait_us[actor])
    tally_sim_trace_fail (self->given.trace, "%s does not wait as long as it was asked to",
                          tally_sim_actor_to_string (actor));
  g_clear_pointer (&self->waiting[actor], g_free);
}

/* What it was told just now. */
static void
note_manners (TallySimNet         *self,
              guint                actor,
              const TallyRequest  *request,
              const TallyResponse *response)
{
  if (actor >= TALLY_SIM_FOREIGNER || is_root (request->url))
    return;

  self->locked[actor] = response->status == 401 || response->status == 403;
  if (response->retry_after_ms <= 0)
    return;

  self->waiting[actor] = g_strdup_printf ("%s %s", request->method, request->url);
  self->wait_us[actor] = now_us (self) + response->retry_after_ms * 1000;
}

TallyResponse *
tally_sim_net_exchange (TallySimNet         *self,
                        guint                actor,
                        TallyClock          *clock,
                        const TallyRequest  *request,
                        GCancellable        *cancellable,
                        GError             **error)
{
  g_auto (TallySimFate) fate = { 0 };
  TallyRequest sent = *request;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  self->n_requests[actor]++;
  check_manners (self, actor, request);
  tally_sim_fate_draw (&fate, self->given.events, self->given.trace, &self->given.odds, actor,
                       request);
  if (fate.drop)
    return lose (&fate.drop_dice, clock, cancellable, error);
  if (fate.instead != NULL)
    {
      if (!tally_clock_sleep_us (clock, fate.way_us % TALLY_SIM_WAY_US + 1, cancellable, error))
        return NULL;
      note_manners (self, actor, request, fate.instead);

      return g_steal_pointer (&fate.instead);
    }

  if (fate.rest != NULL)
    sent.body = fate.rest;

  return travel (self, actor, clock, &sent, &fate, cancellable, error);
}

static Parcel *
await (TallySimNet *self,
       Parcel      *parcel)
{
  parcel->receiver = tally_sim_baton_get_actor (self->given.baton);
  g_ptr_array_add (self->parcels, parcel_ref (parcel));
  tally_sim_baton_wake (self->given.baton, self->actor);
  while (!parcel->done)
    tally_sim_baton_wait (self->given.baton);
  parcel->receiver = NULL;

  return parcel;
}

TallyResponse *
tally_sim_net_ask (TallySimNet        *self,
                   const TallyRequest *request)
{
  g_autoptr (Parcel) parcel = parcel_new (TALLY_SIM_WORLD, request, 0);

  parcel->quiet = TRUE;
  await (self, parcel);

  return g_steal_pointer (&parcel->response);
}

gboolean
tally_sim_net_operate (TallySimNet       *self,
                       TallySimOperation  operation)
{
  g_autoptr (Parcel) parcel = parcel_new (TALLY_SIM_WORLD, NULL, 0);

  parcel->quiet = TRUE;
  parcel->operation = operation;
  await (self, parcel);

  return parcel->worked;
}

TallySimNet *
tally_sim_net_new (const TallySimNetOptions *options)
{
  TallySimNet *self = g_new0 (TallySimNet, 1);

  self->given = *options;
  self->parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) parcel_unref);
  self->actor = tally_sim_baton_spawn (options->baton, "server", actor_main, self);

  return self;
}

void
tally_sim_net_free (TallySimNet *self)
{
  for (guint i = 0; i < TALLY_SIM_N_ACTORS; i++)
    g_free (self->waiting[i]);
  g_ptr_array_unref (self->parcels);
  g_free (self);
}

void
tally_sim_net_heal (TallySimNet *self)
{
  memset (&self->given.odds, 0, sizeof self->given.odds);
  tally_sim_server_disarm (self->given.server);
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
  tally_sim_baton_wake (self->given.baton, self->actor);
}

guint
tally_sim_net_get_era (TallySimNet *self)
{
  return self->era;
}

gboolean
tally_sim_net_take_late_mark (TallySimNet *self,
                              guint        actor)
{
  gboolean late = self->late_marks[actor];

  self->late_marks[actor] = FALSE;

  return late;
}

void
tally_sim_net_unlock (TallySimNet *self,
                      guint        actor)
{
  self->locked[actor] = FALSE;
  g_clear_pointer (&self->waiting[actor], g_free);
}

guint
tally_sim_net_get_n_served (TallySimNet *self)
{
  return self->n_served;
}

guint
tally_sim_net_get_n_requests (TallySimNet *self,
                              guint        actor)
{
  return self->n_requests[actor];
}
