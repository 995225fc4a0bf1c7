/* tally-client-error.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-client-error.h"

#include <gio/gio.h>

#define PREFIX "io.github.tallystick.Error."

static const GDBusErrorEntry entries[] = {
  { TALLY_CLIENT_ERROR_FAILED,      PREFIX "Service.Failed" },
  { TALLY_CLIENT_ERROR_STALE,       PREFIX "Store.Stale" },
  { TALLY_CLIENT_ERROR_NOT_FOUND,   PREFIX "Store.NotFound" },
  { TALLY_CLIENT_ERROR_LOCKED,      PREFIX "Store.Locked" },
  { TALLY_CLIENT_ERROR_MISMATCH,    PREFIX "Store.Mismatch" },
  { TALLY_CLIENT_ERROR_BAD_INPUT,   PREFIX "Store.BadInput" },
  { TALLY_CLIENT_ERROR_CORRUPT,     PREFIX "Db.Corrupt" },
  { TALLY_CLIENT_ERROR_TOO_NEW,     PREFIX "Db.TooNew" },
  { TALLY_CLIENT_ERROR_READ_ONLY,   PREFIX "Db.ReadOnly" },
  { TALLY_CLIENT_ERROR_DISK_FULL,   PREFIX "Db.Full" },
  { TALLY_CLIENT_ERROR_AUTH,        PREFIX "Http.Auth" },
  { TALLY_CLIENT_ERROR_UNREACHABLE, PREFIX "Http.Unreachable" },
  { TALLY_CLIENT_ERROR_PROTOCOL,    PREFIX "Http.Protocol" },
  { TALLY_CLIENT_ERROR_MISSING,     PREFIX "Remote.Missing" },
  { TALLY_CLIENT_ERROR_RECREATED,   PREFIX "Remote.Recreated" },
  { TALLY_CLIENT_ERROR_CANCELLED,   PREFIX "Service.Cancelled" },
  { TALLY_CLIENT_ERROR_ENDING,      PREFIX "Service.Ending" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (entries) == TALLY_CLIENT_ERROR_ENDING + 1);

GQuark
tally_client_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("tally-client-error-quark", &quark,
                                      entries, G_N_ELEMENTS (entries));

  return (GQuark) quark;
}
