/* tally-command-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "config.h"

#include <glib/gi18n.h>

/* Rows asked for at a time. */
#define PAGE_ROWS 500

typedef struct
{
  guint n_restored;
  guint n_deleted;
  guint n_left;
} Plan;

/* A row of the answer; borrowed from it. */
typedef struct
{
  const char *id;
  const char *action;
  const char *body;
  const char *obstacle;
} Row;

static gboolean
plan_undo (TallyCli  *cli,
           gint64     run,
           Plan      *plan,
           GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_plan_undo (proxy, run, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_plan_undo_finish (proxy, &plan->n_restored, &plan->n_deleted,
                                               &plan->n_left, result, error);
}

static void
print_plan (TallyCli   *cli,
            gint64      run,
            const Plan *plan)
{
  guint n = plan->n_restored + plan->n_deleted;

  if (n + plan->n_left == 0)
    {
      tally_output_line (cli->output, _("That run changed nothing here."));
      return;
    }

  tally_output_printf (cli->output,
                       ngettext ("%u record would be again what it was before.\n",
                                 "%u records would be again what they were before.\n",
                                 plan->n_restored), plan->n_restored);
  tally_output_printf (cli->output,
                       ngettext ("%u record that the run brought would be deleted.\n",
                                 "%u records that the run brought would be deleted.\n",
                                 plan->n_deleted), plan->n_deleted);
  tally_output_printf (cli->output,
                       ngettext ("%u record would be left alone: it was edited since, or is in "
                                 "conflict.\n",
                                 "%u records would be left alone: they were edited since, or are "
                                 "in conflict.\n",
                                 plan->n_left), plan->n_left);
  if (n == 0)
    return;

  tally_output_line (cli->output, _("Nothing is changed yet. Look at them, then decide:"));
  tally_output_printf (cli->output, "  tallyctl undo %" G_GINT64_FORMAT " --list\n", run);
  tally_output_printf (cli->output, "  tallyctl undo %" G_GINT64_FORMAT " --confirm %u\n", run, n);
}

static void
write_plan (TallyCli   *cli,
            gint64      run,
            const Plan *plan,
            gboolean    undone)
{
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_int (&writer, "run", run);
  tally_json_writer_member_boolean (&writer, "undone", undone);
  tally_json_writer_member_int (&writer, "restored", plan->n_restored);
  tally_json_writer_member_int (&writer, "deleted", plan->n_deleted);
  tally_json_writer_member_int (&writer, "left", plan->n_left);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, json);
}

/* A line of JSON each: what a screen of documents is read with. */
static void
print_row (TallyCli  *cli,
           const Row *row)
{
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", row->id);
  tally_json_writer_member (&writer, "action", row->action);
  tally_json_writer_name (&writer, "before");
  tally_json_writer_raw (&writer, *row->body != '\0' ? row->body : "null", -1);
  tally_json_writer_name (&writer, "left_because");
  if (*row->obstacle != '\0')
    tally_json_writer_string (&writer, row->obstacle);
  else
    tally_json_writer_null (&writer);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, json);
}

static gboolean
print_rows (TallyCli  *cli,
            gint64     run,
            GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  gint64 position = 0;

  while (TRUE)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GVariant) rows = NULL;
      GAsyncResult *slot = NULL;

      tally_bus_sync_call_list_undo (proxy, run, position, PAGE_ROWS, NULL, tally_cli_ready_cb,
                                     &slot);
      result = tally_cli_wait (&slot);
      if (!tally_bus_sync_call_list_undo_finish (proxy, &rows, result, error))
        return FALSE;
      if (g_variant_n_children (rows) == 0)
        return TRUE;

      for (gsize i = 0; i < g_variant_n_children (rows); i++)
        {
          Row row;

          g_variant_get_child (rows, i, "(x&s&s&s&s)", &position, &row.id, &row.action, &row.body,
                               &row.obstacle);
          print_row (cli, &row);
        }
    }
}

static gboolean
undo (TallyCli  *cli,
      gint64     run,
      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  Plan plan;

  if (!plan_undo (cli, run, &plan, error))
    return FALSE;
  tally_bus_sync_call_undo_run (proxy, run, (guint) cli->options->confirm,
                                cli->options->hold, NULL,
                                tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_undo_run_finish (proxy, result, error))
    return FALSE;

  if (cli->options->json)
    write_plan (cli, run, &plan, TRUE);
  else
    tally_output_line (cli->output,
                       cli->options->hold
                       ? _("It is undone here, and on hold. “tallyctl pending release” sends it.")
                       : _("It is undone here. The next synchronization says so."));

  return TRUE;
}

static gboolean
read_run (TallyCli  *cli,
          gint64    *run,
          GError   **error)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (cli->options->arguments[0], 10, 1, G_MAXINT64, &number, NULL))
    {
      *run = (gint64) number;
      return TRUE;
    }

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
               _("“%s” is no run: it is a number that “tallyctl runs” shows."),
               cli->options->arguments[0]);

  return FALSE;
}

gboolean
tally_command_undo (TallyCli  *cli,
                    GError   **error)
{
  Plan plan;
  gint64 run;

  if (!read_run (cli, &run, error))
    return FALSE;
  if (cli->options->list && cli->options->confirm >= 0)
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("Either --list or --confirm N, not both."));
      return FALSE;
    }
  if (cli->options->list)
    return print_rows (cli, run, error);
  if (cli->options->confirm >= 0)
    return undo (cli, run, error);

  if (!plan_undo (cli, run, &plan, error))
    return FALSE;
  if (cli->options->json)
    write_plan (cli, run, &plan, FALSE);
  else
    print_plan (cli, run, &plan);

  return TRUE;
}
