/* tally-server-error.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-error.h"

#include "base/tally-json-scanner.h"
#include "model/tally-revision.h"

/* The words are CouchDB's, because clients compare them; the last but one is ours. */
static const struct
{
  guint       status;
  const char *word;
} answers[] = {
  [TALLY_SERVER_ERROR_BAD_REQUEST]        = { 400, "bad_request" },
  [TALLY_SERVER_ERROR_ILLEGAL_NAME]       = { 400, "illegal_database_name" },
  [TALLY_SERVER_ERROR_FORBIDDEN]          = { 403, "forbidden" },
  [TALLY_SERVER_ERROR_NOT_FOUND]          = { 404, "not_found" },
  [TALLY_SERVER_ERROR_METHOD]             = { 405, "method_not_allowed" },
  [TALLY_SERVER_ERROR_CONFLICT]           = { 409, "conflict" },
  [TALLY_SERVER_ERROR_FILE_EXISTS]        = { 412, "file_exists" },
  [TALLY_SERVER_ERROR_TOO_LARGE]          = { 413, "too_large" },
  [TALLY_SERVER_ERROR_DOCUMENT_TOO_LARGE] = { 413, "document_too_large" },
  [TALLY_SERVER_ERROR_MEDIA_TYPE]         = { 415, "bad_content_type" },
  [TALLY_SERVER_ERROR_ATTACHMENTS]        = { 415, "attachments_not_supported" },
  [TALLY_SERVER_ERROR_INTERNAL]           = { 500, "internal_server_error" },
};

G_DEFINE_QUARK (tally-server-error-quark, tally_server_error)

static TallyServerError
classify (const GError *error)
{
  if (error->domain == TALLY_SERVER_ERROR)
    return (TallyServerError) error->code;

  if (error->domain == TALLY_JSON_ERROR || error->domain == TALLY_MODEL_ERROR)
    return TALLY_SERVER_ERROR_BAD_REQUEST;

  return TALLY_SERVER_ERROR_INTERNAL;
}

/**
 * tally_server_error_get_status:
 * @error: what went wrong
 *
 * Returns: the HTTP status to answer with
 */
guint
tally_server_error_get_status (const GError *error)
{
  return answers[classify (error)].status;
}

/**
 * tally_server_error_get_word:
 * @error: what went wrong
 *
 * Returns: the word for the answer's `error` member
 */
const char *
tally_server_error_get_word (const GError *error)
{
  return answers[classify (error)].word;
}
