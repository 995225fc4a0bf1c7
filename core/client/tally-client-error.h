/* tally-client-error.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyClientError:
 * @TALLY_CLIENT_ERROR_FAILED: none of the others: the message says what is known
 * @TALLY_CLIENT_ERROR_STALE: what was shown has moved on: read again
 * @TALLY_CLIENT_ERROR_NOT_FOUND: no such record
 * @TALLY_CLIENT_ERROR_LOCKED: another process holds the store and can't be talked to
 * @TALLY_CLIENT_ERROR_MISMATCH: the store belongs to another server or database
 * @TALLY_CLIENT_ERROR_BAD_INPUT: what was given can't be taken: the message says why
 * @TALLY_CLIENT_ERROR_CORRUPT: the store's file is damaged: restore a backup
 * @TALLY_CLIENT_ERROR_TOO_NEW: the store was written by a newer version: update the program
 * @TALLY_CLIENT_ERROR_READ_ONLY: the store's file or folder can't be written
 * @TALLY_CLIENT_ERROR_DISK_FULL: make room
 * @TALLY_CLIENT_ERROR_AUTH: the server wants other credentials
 * @TALLY_CLIENT_ERROR_UNREACHABLE: no answer from the server: later
 * @TALLY_CLIENT_ERROR_PROTOCOL: what answers does not speak the protocol
 * @TALLY_CLIENT_ERROR_MISSING: the database does not exist on the server
 * @TALLY_CLIENT_ERROR_RECREATED: the server's database is another one than before
 * @TALLY_CLIENT_ERROR_CANCELLED: ended because somebody asked for it
 * @TALLY_CLIENT_ERROR_ENDING: the process that holds the store ends: ask the next one
 *
 * The errors of everything behind the bus, as one table: the service sends them under
 * `io.github.tallystick.Error.<Domain>.<Code>`, GDBus gives them back with these codes. A client
 * needs no other layer's domain.
 */
typedef enum
{
  TALLY_CLIENT_ERROR_FAILED,
  TALLY_CLIENT_ERROR_STALE,
  TALLY_CLIENT_ERROR_NOT_FOUND,
  TALLY_CLIENT_ERROR_LOCKED,
  TALLY_CLIENT_ERROR_MISMATCH,
  TALLY_CLIENT_ERROR_BAD_INPUT,
  TALLY_CLIENT_ERROR_CORRUPT,
  TALLY_CLIENT_ERROR_TOO_NEW,
  TALLY_CLIENT_ERROR_READ_ONLY,
  TALLY_CLIENT_ERROR_DISK_FULL,
  TALLY_CLIENT_ERROR_AUTH,
  TALLY_CLIENT_ERROR_UNREACHABLE,
  TALLY_CLIENT_ERROR_PROTOCOL,
  TALLY_CLIENT_ERROR_MISSING,
  TALLY_CLIENT_ERROR_RECREATED,
  TALLY_CLIENT_ERROR_CANCELLED,
  TALLY_CLIENT_ERROR_ENDING,
} TallyClientError;

/* Asking for the quark registers the bus names: do it before the first call. */
#define TALLY_CLIENT_ERROR (tally_client_error_quark ())
GQuark tally_client_error_quark (void);

G_END_DECLS
