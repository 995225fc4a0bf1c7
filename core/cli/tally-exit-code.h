/* tally-exit-code.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyExitCode:
 * @TALLY_EXIT_SUCCESS: done; open conflicts do not change that
 * @TALLY_EXIT_PARTIAL: the run ended, but some records failed or were set aside
 * @TALLY_EXIT_USAGE: called in a way that can't be meant, or no server is set yet
 * @TALLY_EXIT_STORE: the store: held by another process, damaged, too new, read-only
 * @TALLY_EXIT_INPUT: what was named or given: not found, moved on, not acceptable
 * @TALLY_EXIT_SIGN_IN: the server wants other credentials
 * @TALLY_EXIT_SERVER: the server can't be reached, answers wrongly or lacks the database
 * @TALLY_EXIT_CANCELLED: ended because somebody asked for it
 * @TALLY_EXIT_OUTPUT: the output could not be written: full disk, closed pipe
 * @TALLY_EXIT_FAILED: none of the others
 *
 * What tallyctl ends with: the one table, printed by its help.
 */
typedef enum
{
  TALLY_EXIT_SUCCESS   = 0,
  TALLY_EXIT_PARTIAL   = 1,
  TALLY_EXIT_USAGE     = 2,
  TALLY_EXIT_STORE     = 3,
  TALLY_EXIT_INPUT     = 4,
  TALLY_EXIT_SIGN_IN   = 5,
  TALLY_EXIT_SERVER    = 6,
  TALLY_EXIT_CANCELLED = 7,
  TALLY_EXIT_OUTPUT    = 8,
  TALLY_EXIT_FAILED    = 9,
} TallyExitCode;

#define TALLY_EXIT_LAST TALLY_EXIT_FAILED

/**
 * TallyCliError:
 * @TALLY_CLI_ERROR_USAGE: the command line can't be meant
 * @TALLY_CLI_ERROR_INPUT: a file or text given in can't be taken
 * @TALLY_CLI_ERROR_OUTPUT: standard output or a file can't be written
 * @TALLY_CLI_ERROR_STORE: the store given can't be reached
 *
 * What goes wrong in the terminal program itself; everything behind the bus comes as
 * %TALLY_CLIENT_ERROR.
 */
typedef enum
{
  TALLY_CLI_ERROR_USAGE,
  TALLY_CLI_ERROR_INPUT,
  TALLY_CLI_ERROR_OUTPUT,
  TALLY_CLI_ERROR_STORE,
} TallyCliError;

#define TALLY_CLI_ERROR (tally_cli_error_quark ())
GQuark         tally_cli_error_quark      (void);

TallyExitCode  tally_exit_code_for_error  (const GError  *error);
/* What a run failed with, by the code of its reason (see tally-reason.c). */
TallyExitCode  tally_exit_code_for_reason (const char    *code);
/* One line for the help. */
const char    *tally_exit_code_describe   (TallyExitCode  code);
/* What to do about @error, a whole sentence; NULL when the message says it all. */
const char    *tally_exit_code_next_step  (const GError  *error);

G_END_DECLS
