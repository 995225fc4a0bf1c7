/* test-http-client.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "http/tally-http-client.h"
#include "lib/tally-fake-clock.h"

/* A transport that says what it is told: a status, or minus an error code minus one. */
typedef struct
{
  GObject       parent_instance;

  const int    *script;
  guint         n_sent;
  gint64        retry_after_ms;
  GCancellable *cancels;   /* borrowed, nullable: cancelled by the first exchange */
} TestTransport;

typedef GObjectClass TestTransportClass;

static GType test_transport_get_type (void);
static void test_transport_iface_init (TallyTransportInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestTransport, test_transport, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TALLY_TYPE_TRANSPORT, test_transport_iface_init))

static TallyResponse *
test_transport_send (TallyTransport      *transport,
                     const TallyRequest  *request,
                     GCancellable        *cancellable,
                     GError             **error)
{
  TestTransport *self = (TestTransport *) transport;
  int say = self->script[self->n_sent++];

  if (self->cancels != NULL)
    g_cancellable_cancel (self->cancels);

  if (say > 0)
    return tally_response_new ((guint) say, "application/json", self->retry_after_ms, NULL, 10, 20);

  g_set_error_literal (error, TALLY_HTTP_ERROR, -say - 1, "scripted");
  return NULL;
}

static void
test_transport_iface_init (TallyTransportInterface *iface)
{
  iface->send = test_transport_send;
}

static void
test_transport_class_init (TestTransportClass *klass)
{
}

static void
test_transport_init (TestTransport *self)
{
  self->retry_after_ms = -1;
}

#define FAIL(code) (-(TALLY_HTTP_ERROR_##code) - 1)

typedef struct
{
  TestTransport   *transport;
  TallyFakeClock  *clock;
  GRand           *rand;
  TallyHttpClient *client;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->transport = g_object_new (test_transport_get_type (), NULL);
  fixture->clock = tally_fake_clock_new ();
  fixture->rand = g_rand_new_with_seed (1);
  fixture->client = tally_http_client_new (TALLY_TRANSPORT (fixture->transport),
                                           TALLY_CLOCK (fixture->clock), fixture->rand);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (G_OBJECT (fixture->client));
  g_assert_finalize_object (G_OBJECT (fixture->transport));
  g_assert_finalize_object (G_OBJECT (fixture->clock));
  g_rand_free (fixture->rand);
}

static TallyResponse *
send (Fixture          *fixture,
      const int        *script,
      TallyHttpRepeat   repeat,
      GCancellable     *cancellable,
      GError          **error)
{
  TallyRequest request = { .method = "POST", .url = "http://h/db", .endpoint = "_bulk_docs" };

  fixture->transport->script = script;
  fixture->transport->n_sent = 0;

  return tally_http_client_send (fixture->client, &request, repeat, cancellable, error);
}

static void
expect_answer (Fixture   *fixture,
               const int *script,
               guint      status,
               guint      n_sent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyResponse) response = send (fixture, script, TALLY_HTTP_REPEAT_SAFE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, status);
  g_assert_cmpuint (fixture->transport->n_sent, ==, n_sent);
}

static void
expect_left_alone (Fixture *fixture)
{
  static const int fine[] = { 200 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyResponse) response = send (fixture, fine, TALLY_HTTP_REPEAT_SAFE, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_RETRY_LATER);
  g_assert_cmpuint (fixture->transport->n_sent, ==, 0);
}

static void
test_repeats (Fixture       *fixture,
              gconstpointer  data)
{
  static const struct { int script[4]; TallyHttpRepeat repeat; guint n_sent; int end; } table[] = {
    { { 200 }, TALLY_HTTP_REPEAT_SAFE, 1, 200 },
    { { 503, 200 }, TALLY_HTTP_REPEAT_SAFE, 2, 200 },
    { { 503, 429, 408, 200 }, TALLY_HTTP_REPEAT_SAFE, 3, 408 },
    { { FAIL (UNKNOWN_OUTCOME), 201 }, TALLY_HTTP_REPEAT_SAFE, 2, 201 },
    { { FAIL (UNKNOWN_OUTCOME), 201 }, TALLY_HTTP_REPEAT_NEVER, 1, FAIL (UNKNOWN_OUTCOME) },
    { { 503, 201 }, TALLY_HTTP_REPEAT_NEVER, 1, 503 },
    { { FAIL (UNREACHABLE), 201 }, TALLY_HTTP_REPEAT_NEVER, 2, 201 },
    { { FAIL (UNREACHABLE), FAIL (UNREACHABLE), FAIL (UNREACHABLE), 200 },
      TALLY_HTTP_REPEAT_SAFE, 3, FAIL (UNREACHABLE) },
    { { 401, 200 }, TALLY_HTTP_REPEAT_SAFE, 1, 401 },
    { { 403, 200 }, TALLY_HTTP_REPEAT_SAFE, 1, 403 },
    { { 500, 200 }, TALLY_HTTP_REPEAT_SAFE, 1, 500 },
    { { FAIL (TOO_LARGE), 200 }, TALLY_HTTP_REPEAT_SAFE, 1, FAIL (TOO_LARGE) },
    { { FAIL (PROTOCOL), 200 }, TALLY_HTTP_REPEAT_SAFE, 1, FAIL (PROTOCOL) },
  };
  TallyHttpTraffic before = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TallyResponse) response = send (fixture, table[i].script, table[i].repeat,
                                                 NULL, &error);
      TallyHttpTraffic traffic;

      g_assert_cmpuint (fixture->transport->n_sent, ==, table[i].n_sent);
      g_assert_cmpint (response != NULL ? (int) response->status : -error->code - 1, ==,
                       table[i].end);

      tally_http_client_get_traffic (fixture->client, &traffic);
      g_assert_cmpuint (traffic.n_requests - before.n_requests, ==, table[i].n_sent);
      g_assert_cmpuint (traffic.n_retries - before.n_retries, ==, table[i].n_sent - 1);
      before = traffic;
    }

  g_assert_cmpuint (before.bytes_up, >, 0);
  g_assert_cmpuint (before.bytes_down, ==, 2 * before.bytes_up);
}

static void
test_retry_after (Fixture       *fixture,
                  gconstpointer  data)
{
  static const int script[] = { 429, 200 };
  g_autoptr (TallyResponse) patient = NULL;
  g_autoptr (TallyResponse) gave_up = NULL;
  g_autoptr (GError) error = NULL;
  TallyHttpTraffic traffic;

  fixture->transport->retry_after_ms = 9000;
  patient = send (fixture, script, TALLY_HTTP_REPEAT_SAFE, NULL, NULL);
  g_assert_cmpuint (patient->status, ==, 200);
  g_assert_cmpint (tally_fake_clock_get_slept_us (fixture->clock), >=, 9 * G_USEC_PER_SEC);
  g_assert_cmpuint (tally_fake_clock_get_n_sleeps (fixture->clock), ==, 1);

  fixture->transport->retry_after_ms = 60 * 1000;
  gave_up = send (fixture, script, TALLY_HTTP_REPEAT_SAFE, NULL, NULL);
  g_assert_cmpuint (gave_up->status, ==, 429);
  g_assert_cmpuint (tally_fake_clock_get_n_sleeps (fixture->clock), ==, 1);

  /* Until then nothing is sent at all, whatever it is. */
  g_assert_null (send (fixture, script, TALLY_HTTP_REPEAT_SAFE, NULL, &error));
  g_assert_error (error, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_RETRY_LATER);
  tally_http_client_get_traffic (fixture->client, &traffic);
  g_assert_cmpint (traffic.not_before_us, ==,
                   tally_clock_now_us (TALLY_CLOCK (fixture->clock)) + 60 * G_USEC_PER_SEC);
}

static void
test_cancelled_while_waiting (Fixture       *fixture,
                              gconstpointer  data)
{
  static const int script[] = { 503, 200 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fixture->transport->cancels = cancellable;
  g_assert_null (send (fixture, script, TALLY_HTTP_REPEAT_SAFE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->transport->n_sent, ==, 1);
}

/* As often as was asked for, and for all requests together not longer than a run may wait. */
static void
test_limits (Fixture       *fixture,
             gconstpointer  data)
{
  int busy[40];
  guint n_whole = 0;

  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    busy[i] = 503;

  tally_http_client_set_tries (fixture->client, 1);
  expect_answer (fixture, busy, 503, 1);
  tally_http_client_set_tries (fixture->client, 5);
  expect_answer (fixture, busy, 503, 5);
  tally_http_client_set_tries (fixture->client, 40);
  while (n_whole < 100)
    {
      g_autoptr (TallyResponse) response = send (fixture, busy, TALLY_HTTP_REPEAT_SAFE, NULL, NULL);

      if (fixture->transport->n_sent == 1)
        break;
      n_whole++;
    }
  g_assert_cmpuint (n_whole, >=, 5);
  g_assert_cmpuint (n_whole, <, 50);
  g_assert_cmpint (tally_fake_clock_get_slept_us (fixture->clock), <=, 120 * G_USEC_PER_SEC);
}

/* A way into the server that fails again and again is left alone, the others go on. */
static void
test_circuit (Fixture       *fixture,
              gconstpointer  data)
{
  static const int failing[] = { 500, 500, 500, 500, 500 };
  static const int busy[] = { 503, 200 };
  static const int fine[] = { 200 };
  static const int refusing[] = { 409 };
  TallyCircuits circuits = { 0 };
  TallyCircuit *circuit = tally_circuits_find (&circuits, "_bulk_docs");
  TallyRequest other = { .method = "GET", .url = "http://h/db", .endpoint = "_changes" };
  g_autoptr (TallyResponse) changes = NULL;
  gint64 first_us, second_us;

  tally_http_client_use_circuits (fixture->client, &circuits);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (TallyResponse) response = send (fixture, failing, TALLY_HTTP_REPEAT_SAFE, NULL, NULL);

      g_assert_cmpuint (response->status, ==, 500);
    }
  first_us = circuit->open_until_us - tally_clock_now_us (TALLY_CLOCK (fixture->clock));
  g_assert_cmpint (first_us, >=, 15 * G_USEC_PER_SEC);
  expect_left_alone (fixture);

  fixture->transport->script = fine;
  fixture->transport->n_sent = 0;
  changes = tally_http_client_send (fixture->client, &other, TALLY_HTTP_REPEAT_SAFE, NULL, NULL);
  g_assert_cmpuint (changes->status, ==, 200);

  /* One request tries it, and is not repeated. */
  tally_clock_sleep_us (TALLY_CLOCK (fixture->clock), first_us, NULL, NULL);
  expect_answer (fixture, busy, 503, 1);
  second_us = circuit->open_until_us - tally_clock_now_us (TALLY_CLOCK (fixture->clock));
  g_assert_cmpint (second_us, >=, 15 * G_USEC_PER_SEC);
  expect_left_alone (fixture);

  /* Somebody wants to know; whatever the server says, it works again. */
  tally_circuits_retry (&circuits);
  expect_answer (fixture, refusing, 409, 1);
  g_assert_cmpuint (circuit->n_failures, ==, 0);
  expect_answer (fixture, busy, 200, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/http/client/repeats", Fixture, NULL, set_up, test_repeats, tear_down);
  g_test_add ("/http/client/circuit", Fixture, NULL, set_up, test_circuit, tear_down);
  g_test_add ("/http/client/limits", Fixture, NULL, set_up, test_limits, tear_down);
  g_test_add ("/http/client/retry-after", Fixture, NULL, set_up, test_retry_after, tear_down);
  g_test_add ("/http/client/cancelled-while-waiting", Fixture, NULL, set_up,
              test_cancelled_while_waiting, tear_down);

  return g_test_run ();
}
