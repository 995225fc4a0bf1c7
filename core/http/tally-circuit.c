/* tally-circuit.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "http/tally-circuit.h"

#include "base/tally-backoff.h"

/* Each failed send was repeated already: five are up to fifteen requests and no answer to any. */
#define FAILURES 5
#define LEAST_US (15 * G_USEC_PER_SEC)

/* On top of the least, so never longer than a failed run waits at most, and a little. */
static const TallyBackoffRule patience = {
  .base_us = 5 * G_USEC_PER_SEC,
  .cap_us = 105 * G_USEC_PER_SEC,
};

/**
 * tally_circuits_find:
 * @self: the circuits of a server
 * @endpoint: the way into it, as the remote names it
 *
 * Returns: (transfer none): its circuit
 */
TallyCircuit *
tally_circuits_find (TallyCircuits *self,
                     const char    *endpoint)
{
  const char *name = g_intern_string (endpoint);

  for (guint i = 0; i < TALLY_N_CIRCUITS; i++)
    {
      TallyCircuit *circuit = &self->circuits[i];

      if (circuit->endpoint == NULL)
        circuit->endpoint = name;
      if (circuit->endpoint == name)
        return circuit;
    }

  return &self->circuits[TALLY_N_CIRCUITS - 1];
}

/**
 * tally_circuits_retry:
 * @self: the circuits of a server
 *
 * There is a reason to believe that it is better now, as when a person asks, or the network came
 * back: each that is open is tried with the next request.
 */
void
tally_circuits_retry (TallyCircuits *self)
{
  for (guint i = 0; i < TALLY_N_CIRCUITS; i++)
    self->circuits[i].open_until_us = 0;
}

/**
 * tally_circuit_is_open:
 * @self: a circuit
 * @now_us: monotonic
 *
 * Returns: whether nothing is to be sent there now
 */
gboolean
tally_circuit_is_open (const TallyCircuit *self,
                       gint64              now_us)
{
  return now_us < self->open_until_us;
}

/**
 * tally_circuit_is_on_trial:
 * @self: a circuit
 *
 * Returns: whether the next request is the one that tries it: it is not repeated
 */
gboolean
tally_circuit_is_on_trial (const TallyCircuit *self)
{
  return self->n_failures >= FAILURES;
}

/**
 * tally_circuit_note_success:
 * @self: a circuit
 *
 * The server answered, whatever it said.
 */
void
tally_circuit_note_success (TallyCircuit *self)
{
  self->n_failures = 0;
  self->open_until_us = 0;
}

/**
 * tally_circuit_note_failure:
 * @self: a circuit
 * @now_us: monotonic
 * @rand: the chance given in
 *
 * No answer, or only that it cannot answer. After some of them in a row the circuit opens, for
 * longer with each.
 */
void
tally_circuit_note_failure (TallyCircuit *self,
                            gint64        now_us,
                            GRand        *rand)
{
  TallyBackoff backoff;
  gint64 wait_us = 0;

  self->n_failures++;
  if (self->n_failures < FAILURES)
    return;

  tally_backoff_start (&backoff, now_us);
  backoff.n_waits = self->n_failures - FAILURES;
  tally_backoff_next (&backoff, &patience, now_us, LEAST_US, rand, &wait_us);
  self->open_until_us = now_us + wait_us;
}
