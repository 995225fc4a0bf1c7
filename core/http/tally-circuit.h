/* tally-circuit.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The ways into one server that are told apart; what comes after the last one shares its place. */
#define TALLY_N_CIRCUITS 8

/**
 * TallyCircuit:
 * @endpoint: interned; %NULL: this place is free
 * @n_failures: sends that failed in a row, their repeats included in each
 * @open_until_us: monotonic; nothing is sent there before; 0: closed
 *
 * A circuit breaker: a way into the server that failed again and again is left alone for a while.
 * When that is over one request tries it: if it works all is well, otherwise it is left alone for
 * longer. After the pattern of the name in "Release It!" (Nygard, 2007).
 */
typedef struct
{
  const char *endpoint;
  guint       n_failures;
  gint64      open_until_us;
} TallyCircuit;

/**
 * TallyCircuits:
 *
 * All of one server's. A plain value without ownership; zeroed: all closed. One thread at a time.
 */
typedef struct
{
  TallyCircuit circuits[TALLY_N_CIRCUITS];
} TallyCircuits;

TallyCircuit *tally_circuits_find        (TallyCircuits       *self,
                                          const char          *endpoint);
void          tally_circuits_retry       (TallyCircuits       *self);
gboolean      tally_circuit_is_open      (const TallyCircuit  *self,
                                          gint64               now_us);
gboolean      tally_circuit_is_on_trial  (const TallyCircuit  *self);
void          tally_circuit_note_success (TallyCircuit        *self);
void          tally_circuit_note_failure (TallyCircuit        *self,
                                          gint64               now_us,
                                          GRand               *rand);

G_END_DECLS
