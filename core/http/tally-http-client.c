/* tally-http-client.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "config.h"

#include "http/tally-http-client.h"
#include "base/tally-backoff.h"
#include "base/tally-planted.h"
#include "http/tally-http-policy.h"

#include <glib/gi18n-lib.h>

/* Two repeats get over a dropped connection or a proxy's restart; anything longer is the
 * scheduler's to wait for, with the connection closed and the user told. */
static const TallyBackoffRule patience = {
  .base_us = 250 * 1000,
  .cap_us = 5 * G_USEC_PER_SEC,
  .max_waits = 2,
  .budget_us = 20 * G_USEC_PER_SEC,
};

/* What all the waits of one client may come to, that is, of one run: a way that needs more is for
 * the scheduler to wait for. */
#define PATIENCE_US (120 * G_USEC_PER_SEC)

/* A server that wants to be left alone for longer gets that: the run ends with RETRY_LATER. */
#define RETRY_AFTER_CAP_MS (10 * 1000)

/**
 * TallyHttpClient:
 *
 * The one way out: sends over the transport it was given, repeats what may be repeated with
 * growing random waits, counts the traffic. It does not know what an answer says: statuses other
 * than the passing ones are handed back as they are. 401 and 403 are never repeated: five wrong
 * logins lock a CouchDB account even for the right password.
 *
 * Owned and used by the worker thread that made it. Fails as the transport does.
 */
struct _TallyHttpClient
{
  GObject parent_instance;

  TallyTransport   *transport;   /* owned */
  TallyClock       *clock;       /* owned */
  GRand            *rand;        /* borrowed: outlives us */
  TallyCircuits    *circuits;    /* borrowed, nullable */

  TallyHttpTraffic  traffic;
  guint             max_waits;   /* for one request */
  gint64            waited_us;   /* for all of them */
};

G_DEFINE_FINAL_TYPE (TallyHttpClient, tally_http_client, G_TYPE_OBJECT)

static TallyResponse *
send_once (TallyHttpClient     *self,
           const TallyRequest  *request,
           GCancellable        *cancellable,
           GError             **error)
{
  TallyResponse *response;

  self->traffic.n_requests++;
  response = tally_transport_send (self->transport, request, cancellable, error);

  if (response != NULL)
    {
      self->traffic.bytes_up += response->bytes_up;
      self->traffic.bytes_down += response->bytes_down;
    }

  return response;
}

/* Whether the same request may do better if it is sent again. */
static gboolean
may_repeat (const TallyCircuit  *circuit,
            const TallyResponse *response,
            const GError        *problem,
            TallyHttpRepeat      repeat)
{
  if (circuit != NULL && tally_circuit_is_on_trial (circuit))
    return FALSE;
  if (response == NULL)
    return g_error_matches (problem, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE) ||
           (repeat == TALLY_HTTP_REPEAT_SAFE &&
            g_error_matches (problem, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNKNOWN_OUTCOME));

  return repeat == TALLY_HTTP_REPEAT_SAFE &&
         tally_http_policy_is_transient (response->status) &&
         response->retry_after_ms <= RETRY_AFTER_CAP_MS;
}

/* What a server asks for holds for every request to it. */
static gboolean
check_patience (TallyHttpClient     *self,
                const TallyRequest  *request,
                GError             **error)
{
  g_autofree char *host = NULL;

  if (tally_clock_now_us (self->clock) >= self->traffic.not_before_us)
    return TRUE;

  host = tally_http_policy_dup_host (request->url);
  g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_RETRY_LATER,
               _("%s asks to be left alone for a while. It will be tried again then."), host);

  return FALSE;
}

static TallyCircuit *
find_circuit (TallyHttpClient    *self,
              const TallyRequest *request)
{
  return self->circuits != NULL && request->endpoint != NULL
         ? tally_circuits_find (self->circuits, request->endpoint) : NULL;
}

static gboolean
check_circuit (TallyHttpClient     *self,
               const TallyCircuit  *circuit,
               const TallyRequest  *request,
               GError             **error)
{
  g_autofree char *host = NULL;

  if (circuit == NULL || !tally_circuit_is_open (circuit, tally_clock_now_us (self->clock)))
    return TRUE;

  host = tally_http_policy_dup_host (request->url);
  g_set_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_RETRY_LATER,
               _("%s has failed many times in a row and is left alone for a while. It will be "
                 "tried again by itself, or at once with Sync Now."), host);

  return FALSE;
}

/* A cancelled request says nothing of the server, and one that asks for patience works. */
static void
note_outcome (TallyHttpClient     *self,
              TallyCircuit        *circuit,
              const TallyResponse *response,
              const GError        *problem)
{
  if (circuit == NULL)
    return;

  if (response != NULL ? response->status >= 500
                       : g_error_matches (problem, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE) ||
                         g_error_matches (problem, TALLY_HTTP_ERROR,
                                          TALLY_HTTP_ERROR_UNKNOWN_OUTCOME))
    tally_circuit_note_failure (circuit, tally_clock_now_us (self->clock), self->rand);
  else if (response != NULL)
    tally_circuit_note_success (circuit);
}

/* FALSE: it has waited enough. */
static gboolean
draw_wait (TallyHttpClient *self,
           TallyBackoff    *backoff,
           gint64           at_least_us,
           gint64          *wait_us)
{
  TallyBackoffRule rule = patience;

  rule.max_waits = self->max_waits;
  if (rule.max_waits == 0 ||
      !tally_backoff_next (backoff, &rule, tally_clock_now_us (self->clock), at_least_us, self->rand,
                           wait_us) ||
      self->waited_us + *wait_us > PATIENCE_US)
    return FALSE;

  self->waited_us += *wait_us;

  return TRUE;
}

static void
note_wish (TallyHttpClient *self,
           gint64           at_least_us)
{
  if (at_least_us > 0)
    self->traffic.not_before_us = tally_clock_now_us (self->clock) + at_least_us;
}

/**
 * tally_http_client_send:
 * @self: a client
 * @request: what to send; borrowed for the call
 * @repeat: whether sending it twice does harm
 * @cancellable: (nullable): ends exchange and waits early
 * @error: as tally_transport_send()
 *
 * Blocks the calling worker thread, up to some 20 s longer than the exchange itself. When the last
 * answer asked for a longer wait, every request before its end fails with
 * %TALLY_HTTP_ERROR_RETRY_LATER, and nothing is sent; likewise where the endpoint's circuit is open.
 *
 * Returns: (transfer full): the last answer, whatever its status
 */
TallyResponse *
tally_http_client_send (TallyHttpClient     *self,
                        const TallyRequest  *request,
                        TallyHttpRepeat      repeat,
                        GCancellable        *cancellable,
                        GError             **error)
{
  TallyCircuit *circuit;
  TallyBackoff backoff;

  g_return_val_if_fail (TALLY_IS_HTTP_CLIENT (self), NULL);

  circuit = find_circuit (self, request);
  if (!check_patience (self, request, error) || !check_circuit (self, circuit, request, error))
    return NULL;

  tally_backoff_start (&backoff, tally_clock_now_us (self->clock));

  for (;;)
    {
      g_autoptr (TallyResponse) response = NULL;
      g_autoptr (GError) problem = NULL;
      gint64 at_least_us;
      gint64 wait_us;

      response = send_once (self, request, cancellable, &problem);
      at_least_us = response != NULL && tally_http_policy_is_transient (response->status)
                    ? MAX (response->retry_after_ms, 0) * 1000 : 0;
      if (TALLY_IS_PLANTED (NO_PATIENCE))
        at_least_us = 0;
      note_wish (self, at_least_us);

      if (!may_repeat (circuit, response, problem, repeat) ||
          !draw_wait (self, &backoff, at_least_us, &wait_us))
        {
          note_outcome (self, circuit, response, problem);
          if (problem != NULL)
            g_propagate_error (error, g_steal_pointer (&problem));
          return g_steal_pointer (&response);
        }

      if (!tally_clock_sleep_us (self->clock, wait_us, cancellable, error))
        return NULL;

      self->traffic.n_retries++;
    }
}

/**
 * tally_http_client_use_circuits:
 * @self: a client
 * @circuits: the server's; borrowed, must outlive the client
 *
 * From now on a way into the server that fails again and again is left alone for a while.
 */
void
tally_http_client_use_circuits (TallyHttpClient *self,
                                TallyCircuits   *circuits)
{
  g_return_if_fail (TALLY_IS_HTTP_CLIENT (self));

  self->circuits = circuits;
}

void
tally_http_client_set_tries (TallyHttpClient *self,
                             guint            n_tries)
{
  g_return_if_fail (TALLY_IS_HTTP_CLIENT (self));

  self->max_waits = n_tries == 0 ? patience.max_waits : n_tries - 1;
}

/**
 * tally_http_client_get_traffic:
 * @self: a client
 * @traffic: (out): all it did since it was made
 */
void
tally_http_client_get_traffic (TallyHttpClient  *self,
                               TallyHttpTraffic *traffic)
{
  g_return_if_fail (TALLY_IS_HTTP_CLIENT (self));

  *traffic = self->traffic;
}

static void
tally_http_client_dispose (GObject *object)
{
  TallyHttpClient *self = TALLY_HTTP_CLIENT (object);

  g_clear_object (&self->transport);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (tally_http_client_parent_class)->dispose (object);
}

static void
tally_http_client_class_init (TallyHttpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tally_http_client_dispose;
}

static void
tally_http_client_init (TallyHttpClient *self)
{
  self->max_waits = patience.max_waits;
}

/**
 * tally_http_client_new:
 * @transport: how requests leave; a reference is taken
 * @clock: time; a reference is taken
 * @rand: chance for the waits; borrowed, must outlive the client
 *
 * Returns: (transfer full): a client for the thread that uses it
 */
TallyHttpClient *
tally_http_client_new (TallyTransport *transport,
                       TallyClock     *clock,
                       GRand          *rand)
{
  TallyHttpClient *self = g_object_new (TALLY_TYPE_HTTP_CLIENT, NULL);

  self->transport = g_object_ref (transport);
  self->clock = g_object_ref (clock);
  self->rand = rand;

  return self;
}
