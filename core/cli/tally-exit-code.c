/* tally-exit-code.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-exit-code.h"

#include "client/tally-client-error.h"
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_QUARK (tally-cli-error-quark, tally_cli_error)

/* Each error behind the bus: what to end with, and what the person at the terminal does next. */
static const struct
{
  TallyClientError  error;
  TallyExitCode     code;
  const char       *next_step;   /* nullable: the message says it all */
} client_errors[] = {
  { TALLY_CLIENT_ERROR_FAILED,      TALLY_EXIT_FAILED,    NULL },
  { TALLY_CLIENT_ERROR_STALE,       TALLY_EXIT_INPUT,     NULL },
  { TALLY_CLIENT_ERROR_NOT_FOUND,   TALLY_EXIT_INPUT,
    N_("“tallyctl records” lists what is there.") },
  { TALLY_CLIENT_ERROR_LOCKED,      TALLY_EXIT_STORE,
    N_("Wait until that process has ended, or end it, then try again.") },
  { TALLY_CLIENT_ERROR_MISMATCH,    TALLY_EXIT_INPUT,
    N_("Use another store for another server: --store FILE.") },
  { TALLY_CLIENT_ERROR_BAD_INPUT,   TALLY_EXIT_INPUT,     NULL },
  { TALLY_CLIENT_ERROR_CORRUPT,     TALLY_EXIT_STORE,     NULL },
  { TALLY_CLIENT_ERROR_TOO_NEW,     TALLY_EXIT_STORE,     NULL },
  { TALLY_CLIENT_ERROR_READ_ONLY,   TALLY_EXIT_STORE,     NULL },
  { TALLY_CLIENT_ERROR_DISK_FULL,   TALLY_EXIT_STORE,     NULL },
  { TALLY_CLIENT_ERROR_AUTH,        TALLY_EXIT_SIGN_IN,
    N_("Give --user NAME and --password-file FILE, or set TALLY_PASSWORD.") },
  { TALLY_CLIENT_ERROR_UNREACHABLE, TALLY_EXIT_SERVER,
    N_("Check that the server runs and the address is right; what was edited here is kept.") },
  { TALLY_CLIENT_ERROR_PROTOCOL,    TALLY_EXIT_SERVER,
    N_("Check the address: it must be the URL of a database on a CouchDB-like server.") },
  { TALLY_CLIENT_ERROR_MISSING,     TALLY_EXIT_SERVER,
    N_("Check the database's name at the end of the URL, or create it: curl -X PUT URL.") },
  { TALLY_CLIENT_ERROR_RECREATED,   TALLY_EXIT_SERVER,
    N_("Nothing was applied. Use a new store for the new database: --store FILE.") },
  { TALLY_CLIENT_ERROR_CANCELLED,   TALLY_EXIT_CANCELLED, NULL },
  { TALLY_CLIENT_ERROR_ENDING,      TALLY_EXIT_CANCELLED, NULL },
};

static TallyExitCode
code_for_cli_error (int error)
{
  switch ((TallyCliError) error)
    {
    case TALLY_CLI_ERROR_USAGE:
      return TALLY_EXIT_USAGE;
    case TALLY_CLI_ERROR_INPUT:
      return TALLY_EXIT_INPUT;
    case TALLY_CLI_ERROR_OUTPUT:
      return TALLY_EXIT_OUTPUT;
    case TALLY_CLI_ERROR_STORE:
      return TALLY_EXIT_STORE;
    default:
      return TALLY_EXIT_FAILED;
    }
}

TallyExitCode
tally_exit_code_for_error (const GError *error)
{
  if (error->domain == TALLY_CLI_ERROR)
    return code_for_cli_error (error->code);
  if (error->domain == G_OPTION_ERROR)
    return TALLY_EXIT_USAGE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TALLY_EXIT_CANCELLED;

  for (guint i = 0; i < G_N_ELEMENTS (client_errors); i++)
    if (g_error_matches (error, TALLY_CLIENT_ERROR, client_errors[i].error))
      return client_errors[i].code;

  return TALLY_EXIT_FAILED;
}

TallyExitCode
tally_exit_code_for_reason (const char *code)
{
  static const struct
  {
    const char    *reason;
    TallyExitCode  code;
  } reasons[] = {
    { "offline",            TALLY_EXIT_SERVER },
    { "server-unreachable", TALLY_EXIT_SERVER },
    { "server-error",       TALLY_EXIT_SERVER },
    { "bad-answer",         TALLY_EXIT_SERVER },
    { "too-large",          TALLY_EXIT_SERVER },
    { "not-found",          TALLY_EXIT_SERVER },
    { "recreated",          TALLY_EXIT_SERVER },
    { "auth-failed",        TALLY_EXIT_SIGN_IN },
    { "forbidden",          TALLY_EXIT_SIGN_IN },
    { "no-server",          TALLY_EXIT_USAGE },
    { "cancelled",          TALLY_EXIT_CANCELLED },
    { "disk-full",          TALLY_EXIT_STORE },
    { "store-full",          TALLY_EXIT_STORE },
    { "store-corrupt",      TALLY_EXIT_STORE },
    { "store-too-new",      TALLY_EXIT_STORE },
    { "store-read-only",    TALLY_EXIT_STORE },
    { "locked",             TALLY_EXIT_STORE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i].reason, code) == 0)
      return reasons[i].code;

  return TALLY_EXIT_FAILED;
}

const char *
tally_exit_code_next_step (const GError *error)
{
  if (error->domain == TALLY_CLIENT_ERROR)
    {
      for (guint i = 0; i < G_N_ELEMENTS (client_errors); i++)
        if (client_errors[i].error == (TallyClientError) error->code)
          return client_errors[i].next_step == NULL ? NULL : _(client_errors[i].next_step);
    }
  else if (error->domain == G_OPTION_ERROR)
    return _("“tallyctl --help” and “tallyctl COMMAND --help” say what can be given.");
  else if (error->domain == G_DBUS_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return _("The process that held the store went away; try again.");

  return NULL;
}

const char *
tally_exit_code_describe (TallyExitCode code)
{
  static const char * const descriptions[] = {
    [TALLY_EXIT_SUCCESS]   = N_("success; open conflicts do not change that"),
    [TALLY_EXIT_PARTIAL]   = N_("the run ended, but some records failed or were set aside"),
    [TALLY_EXIT_USAGE]     = N_("wrong usage, or no server is set yet"),
    [TALLY_EXIT_STORE]     = N_("store trouble: held by another process, damaged, too new, "
                                "read-only, disk full"),
    [TALLY_EXIT_INPUT]     = N_("not found, moved on meanwhile, or not acceptable"),
    [TALLY_EXIT_SIGN_IN]   = N_("the server wants other credentials"),
    [TALLY_EXIT_SERVER]    = N_("the server can't be reached, answers wrongly or lacks the "
                                "database"),
    [TALLY_EXIT_CANCELLED] = N_("cancelled"),
    [TALLY_EXIT_OUTPUT]    = N_("the output could not be written: full disk, closed pipe"),
    [TALLY_EXIT_FAILED]    = N_("anything else"),
  };

  return _(descriptions[code]);
}
