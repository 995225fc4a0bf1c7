/* tally-service-error.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-error.h"

#include "base/tally-json-scanner.h"
#include "db/tally-db.h"
#include "http/tally-transport.h"
#include "merge/tally-merge.h"
#include "remote/tally-remote.h"
#include "store/tally-store.h"

static const TallyClientError store_codes[] = {
  [TALLY_STORE_ERROR_NOT_FOUND] = TALLY_CLIENT_ERROR_NOT_FOUND,
  [TALLY_STORE_ERROR_STALE] = TALLY_CLIENT_ERROR_STALE,
  [TALLY_STORE_ERROR_LOCKED] = TALLY_CLIENT_ERROR_LOCKED,
  [TALLY_STORE_ERROR_MISMATCH] = TALLY_CLIENT_ERROR_MISMATCH,
  [TALLY_STORE_ERROR_BAD_INPUT] = TALLY_CLIENT_ERROR_BAD_INPUT,
};

static const TallyClientError db_codes[] = {
  [TALLY_DB_ERROR_CORRUPT] = TALLY_CLIENT_ERROR_CORRUPT,
  [TALLY_DB_ERROR_TOO_NEW] = TALLY_CLIENT_ERROR_TOO_NEW,
  [TALLY_DB_ERROR_READ_ONLY] = TALLY_CLIENT_ERROR_READ_ONLY,
  [TALLY_DB_ERROR_FULL] = TALLY_CLIENT_ERROR_DISK_FULL,
  [TALLY_DB_ERROR_LIMIT] = TALLY_CLIENT_ERROR_DISK_FULL,
  [TALLY_DB_ERROR_BUSY] = TALLY_CLIENT_ERROR_LOCKED,
  [TALLY_DB_ERROR_CONSTRAINT] = TALLY_CLIENT_ERROR_FAILED,
  [TALLY_DB_ERROR_FAILED] = TALLY_CLIENT_ERROR_FAILED,
};

static const TallyClientError http_codes[] = {
  [TALLY_HTTP_ERROR_UNREACHABLE] = TALLY_CLIENT_ERROR_UNREACHABLE,
  [TALLY_HTTP_ERROR_UNKNOWN_OUTCOME] = TALLY_CLIENT_ERROR_UNREACHABLE,
  [TALLY_HTTP_ERROR_RETRY_LATER] = TALLY_CLIENT_ERROR_UNREACHABLE,
  [TALLY_HTTP_ERROR_AUTH] = TALLY_CLIENT_ERROR_AUTH,
  [TALLY_HTTP_ERROR_FORBIDDEN] = TALLY_CLIENT_ERROR_AUTH,
  [TALLY_HTTP_ERROR_NOT_FOUND] = TALLY_CLIENT_ERROR_MISSING,
  [TALLY_HTTP_ERROR_REJECTED] = TALLY_CLIENT_ERROR_PROTOCOL,
  [TALLY_HTTP_ERROR_TOO_LARGE] = TALLY_CLIENT_ERROR_PROTOCOL,
  [TALLY_HTTP_ERROR_PROTOCOL] = TALLY_CLIENT_ERROR_PROTOCOL,
};

static const TallyClientError remote_codes[] = {
  [TALLY_REMOTE_ERROR_RECREATED] = TALLY_CLIENT_ERROR_RECREATED,
  [TALLY_REMOTE_ERROR_MISSING] = TALLY_CLIENT_ERROR_MISSING,
  [TALLY_REMOTE_ERROR_NOT_A_SERVER] = TALLY_CLIENT_ERROR_PROTOCOL,
};

static TallyClientError
io_code (int code)
{
  switch (code)
    {
    case G_IO_ERROR_CANCELLED:
      return TALLY_CLIENT_ERROR_CANCELLED;
    case G_IO_ERROR_NO_SPACE:
      return TALLY_CLIENT_ERROR_DISK_FULL;
    case G_IO_ERROR_READ_ONLY:
    case G_IO_ERROR_PERMISSION_DENIED:
      return TALLY_CLIENT_ERROR_READ_ONLY;
    default:
      return TALLY_CLIENT_ERROR_FAILED;
    }
}

static TallyClientError
find_code (const GError *error)
{
  if (error->domain == TALLY_CLIENT_ERROR)
    return (TallyClientError) error->code;
  if (error->domain == TALLY_STORE_ERROR)
    return store_codes[error->code];
  if (error->domain == TALLY_DB_ERROR)
    return db_codes[error->code];
  if (error->domain == TALLY_HTTP_ERROR)
    return http_codes[error->code];
  if (error->domain == TALLY_REMOTE_ERROR)
    return remote_codes[error->code];
  if (error->domain == TALLY_MODEL_ERROR || error->domain == TALLY_JSON_ERROR ||
      error->domain == TALLY_MERGE_ERROR)
    return TALLY_CLIENT_ERROR_BAD_INPUT;
  if (error->domain == G_IO_ERROR)
    return io_code (error->code);

  return TALLY_CLIENT_ERROR_FAILED;
}

/**
 * tally_service_error_translate:
 * @error: of any layer
 *
 * Returns: (transfer full): the same message under %TALLY_CLIENT_ERROR
 */
GError *
tally_service_error_translate (const GError *error)
{
  return g_error_new_literal (TALLY_CLIENT_ERROR, (int) find_code (error), error->message);
}
