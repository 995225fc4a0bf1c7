/* tally-cli.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "cli/tally-exit-code.h"
#include "cli/tally-options.h"
#include "cli/tally-output.h"
#include "cli/tally-session.h"

G_BEGIN_DECLS

/**
 * TallyCli:
 * @options: what was given
 * @output: standard output
 * @session: the store's holder, reached before a command runs
 * @input: a plain file with what was given in; -1 while none was opened
 * @input_start: where in it that begins
 * @exit_code: what to end with when the command itself succeeded
 *
 * One call of tallyctl. A command calls the holder through the proxy, waits with
 * tally_cli_wait(), and prints. Main thread.
 */
typedef struct
{
  TallyOptions  *options;
  TallyOutput   *output;
  TallySession  *session;
  int            input;
  goffset        input_start;
  TallyExitCode  exit_code;
} TallyCli;

TallyBusSync *tally_cli_get_proxy  (TallyCli       *self);

/* Calls are asynchronous, since the holder may live in this very thread: give the callback and a
 * slot (NULL before), then wait for it. (transfer full) */
void          tally_cli_ready_cb   (GObject        *source,
                                    GAsyncResult   *result,
                                    gpointer        slot);
GAsyncResult *tally_cli_wait       (GAsyncResult  **slot);

/* A descriptor at the start of what @path (NULL or "-": standard input) holds. May be called again:
 * standard input is read once only. -1 on error; (transfer full) */
int           tally_cli_open_input (TallyCli       *self,
                                    const char     *path,
                                    GError        **error);

/* Connects the store to --server, or signs in to the server it has, with what was given. Does
 * nothing when nothing was. */
gboolean      tally_cli_connect    (TallyCli       *self,
                                    GError        **error);
/* The server asked for it: prompts for what is missing and connects again. *asked is FALSE when
 * there is nobody to ask. */
gboolean      tally_cli_sign_in    (TallyCli       *self,
                                    gboolean       *asked,
                                    GError        **error);

/* "tallyctl: …" on standard error, with what to do next. */
void          tally_cli_report     (const GError   *error);

/* "2026-11-23 14:02:05" in local time; "–" for 0. */
char         *tally_cli_format_date(gint64          date_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
