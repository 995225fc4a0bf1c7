/* tally-http-client.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "http/tally-circuit.h"
#include "http/tally-transport.h"

G_BEGIN_DECLS

/* Everything a client did. */
typedef struct
{
  guint64 bytes_up;     /* on the wire, headers included */
  guint64 bytes_down;
  guint   n_requests;   /* sent, repeats included */
  guint   n_retries;    /* repeats among them */
  gint64  not_before_us;   /* monotonic: the server asked to be left alone until then; 0: no */
} TallyHttpTraffic;

/**
 * TallyHttpRepeat:
 * @TALLY_HTTP_REPEAT_NEVER: sent again only where nothing has left the machine
 * @TALLY_HTTP_REPEAT_SAFE: doing it twice is the same as doing it once
 *
 * What the caller knows of a request and the method does not tell.
 */
typedef enum
{
  TALLY_HTTP_REPEAT_NEVER,
  TALLY_HTTP_REPEAT_SAFE,
} TallyHttpRepeat;

#define TALLY_TYPE_HTTP_CLIENT (tally_http_client_get_type ())
G_DECLARE_FINAL_TYPE (TallyHttpClient, tally_http_client, TALLY, HTTP_CLIENT, GObject)

TallyHttpClient *tally_http_client_new         (TallyTransport      *transport,
                                                TallyClock          *clock,
                                                GRand               *rand) G_GNUC_WARN_UNUSED_RESULT;
TallyResponse   *tally_http_client_send        (TallyHttpClient     *self,
                                                const TallyRequest  *request,
                                                TallyHttpRepeat      repeat,
                                                GCancellable        *cancellable,
                                                GError             **error) G_GNUC_WARN_UNUSED_RESULT;
void             tally_http_client_use_circuits (TallyHttpClient     *self,
                                                 TallyCircuits       *circuits);
/* How often a request is sent at most; 0: three times. */
void             tally_http_client_set_tries   (TallyHttpClient     *self,
                                                guint                n_tries);
void             tally_http_client_get_traffic (TallyHttpClient     *self,
                                                TallyHttpTraffic    *traffic);

G_END_DECLS
