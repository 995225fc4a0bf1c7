/* tally-remote-reason.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "remote/tally-remote-reason.h"

#include "http/tally-transport.h"
#include "remote/tally-remote.h"

static const char * const http_codes[] = {
  [TALLY_HTTP_ERROR_UNREACHABLE] = "server-unreachable",
  [TALLY_HTTP_ERROR_UNKNOWN_OUTCOME] = "unknown-outcome",
  [TALLY_HTTP_ERROR_RETRY_LATER] = "server-error",
  [TALLY_HTTP_ERROR_AUTH] = "auth-failed",
  [TALLY_HTTP_ERROR_FORBIDDEN] = "forbidden",
  [TALLY_HTTP_ERROR_NOT_FOUND] = "not-found",
  [TALLY_HTTP_ERROR_REJECTED] = "refused",
  [TALLY_HTTP_ERROR_TOO_LARGE] = "too-large",
  [TALLY_HTTP_ERROR_PROTOCOL] = "bad-answer",
};

static const char * const remote_codes[] = {
  [TALLY_REMOTE_ERROR_RECREATED] = "recreated",
  [TALLY_REMOTE_ERROR_MISSING] = "not-found",
  [TALLY_REMOTE_ERROR_NOT_A_SERVER] = "bad-answer",
};

/**
 * tally_remote_reason_for_error:
 * @error: any error
 *
 * Returns: (transfer full) (nullable): the reason to show and store; %NULL when @error is not of
 *   the network or of a remote
 */
TallyReason *
tally_remote_reason_for_error (const GError *error)
{
  if (error->domain == TALLY_HTTP_ERROR)
    return tally_reason_new (http_codes[error->code], "detail", error->message, NULL);
  if (error->domain == TALLY_REMOTE_ERROR)
    return tally_reason_new (remote_codes[error->code], "detail", error->message, NULL);

  return NULL;
}
