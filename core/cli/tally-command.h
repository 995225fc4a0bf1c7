/* tally-command.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "cli/tally-cli.h"

G_BEGIN_DECLS

/* Does what the command says; FALSE with an error that main reports. */
typedef gboolean (*TallyCommandFunc) (TallyCli  *cli,
                                      GError   **error);

/**
 * TallyCommand:
 * @name: the word on the command line
 * @parameters: (nullable): what follows it, for the help
 * @summary: one line for the list of commands
 * @description: what the command's own help says below its options
 * @options: names of the options it takes, with a blank between
 * @min_arguments: words it needs
 * @max_arguments: words it takes
 * @takes_id: whether the first of them is a record's id, not a file
 * @func: does it
 *
 * One command as a row of the table in main.c.
 */
typedef struct
{
  const char       *name;
  const char       *parameters;
  const char       *summary;
  const char       *description;
  const char       *options;
  guint             min_arguments;
  guint             max_arguments;
  gboolean          takes_id;
  TallyCommandFunc  func;
} TallyCommand;

/* tally-command-status.c */
gboolean tally_command_status      (TallyCli *cli, GError **error);
gboolean tally_command_why         (TallyCli *cli, GError **error);
/* tally-command-sync.c */
gboolean tally_command_sync        (TallyCli *cli, GError **error);
gboolean tally_command_pause       (TallyCli *cli, GError **error);
gboolean tally_command_resume      (TallyCli *cli, GError **error);
gboolean tally_command_cancel      (TallyCli *cli, GError **error);
/* tally-command-plan.c: "sync" that only says what it would do */
gboolean tally_command_plan        (TallyCli *cli, GError **error);
/* tally-command-records.c */
gboolean tally_command_records     (TallyCli *cli, GError **error);
gboolean tally_command_get         (TallyCli *cli, GError **error);
gboolean tally_command_put         (TallyCli *cli, GError **error);
gboolean tally_command_delete      (TallyCli *cli, GError **error);
/* tally-command-files.c */
gboolean tally_command_import      (TallyCli *cli, GError **error);
gboolean tally_command_export      (TallyCli *cli, GError **error);
/* tally-command-guard.c */
gboolean tally_command_guard       (TallyCli *cli, GError **error);
/* tally-command-outbox.c */
gboolean tally_command_order     (TallyCli *cli, GError **error);
gboolean tally_command_pending     (TallyCli *cli, GError **error);
gboolean tally_command_quarantine  (TallyCli *cli, GError **error);
/* tally-command-conflicts.c */
gboolean tally_command_conflicts   (TallyCli *cli, GError **error);
gboolean tally_command_resolve     (TallyCli *cli, GError **error);
/* tally-command-runs.c */
gboolean tally_command_runs        (TallyCli *cli, GError **error);
gboolean tally_command_connections (TallyCli *cli, GError **error);
/* tally-command-health.c */
gboolean tally_command_health      (TallyCli *cli, GError **error);
/* tally-command-log.c */
gboolean tally_command_log         (TallyCli *cli, GError **error);
/* tally-command-store.c */
gboolean tally_command_store       (TallyCli *cli, GError **error);
/* tally-command-undo.c */
gboolean tally_command_undo        (TallyCli *cli, GError **error);

G_END_DECLS
