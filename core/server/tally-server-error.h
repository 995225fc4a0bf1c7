/* tally-server-error.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyServerError:
 *
 * What a request may be refused with. Each code has one HTTP status and one word of CouchDB's
 * error vocabulary, see tally-server-error.c; the message becomes the `reason`.
 */
typedef enum
{
  TALLY_SERVER_ERROR_BAD_REQUEST,
  TALLY_SERVER_ERROR_ILLEGAL_NAME,
  TALLY_SERVER_ERROR_FORBIDDEN,
  TALLY_SERVER_ERROR_NOT_FOUND,
  TALLY_SERVER_ERROR_METHOD,
  TALLY_SERVER_ERROR_CONFLICT,
  TALLY_SERVER_ERROR_FILE_EXISTS,
  TALLY_SERVER_ERROR_TOO_LARGE,
  TALLY_SERVER_ERROR_DOCUMENT_TOO_LARGE,
  TALLY_SERVER_ERROR_MEDIA_TYPE,
  TALLY_SERVER_ERROR_ATTACHMENTS,
  TALLY_SERVER_ERROR_INTERNAL,
} TallyServerError;

#define TALLY_SERVER_ERROR (tally_server_error_quark ())
GQuark      tally_server_error_quark      (void);

/* The HTTP status and the word for any error a handler met; other domains than ours become
 * "bad_request" (JSON, model) or "internal_server_error" (the rest). */
guint       tally_server_error_get_status (const GError *error);
const char *tally_server_error_get_word   (const GError *error);

G_END_DECLS
