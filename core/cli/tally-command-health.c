/* tally-command-health.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>

static void
print_runs (TallyCli      *cli,
            TallyJsonNode *health)
{
  g_autoptr (TallyJsonNode) runs = tally_json_node_get_node (health, "runs");
  g_autofree char *rate = tally_json_node_dup_raw (health, "success_rate");
  double percent = 100 * g_ascii_strtod (rate, NULL);

  if (g_str_equal (rate, "null"))
    {
      tally_output_line (cli->output, _("There was no run."));
      return;
    }

  /* Translators: percent, then how many ended how */
  tally_output_printf (cli->output,
                       _("%.1f %% of the runs succeeded: %u complete, %u in part, %u failed, %u "
                         "cancelled\n"), percent,
                       (guint) tally_json_node_get_int (runs, "success"),
                       (guint) tally_json_node_get_int (runs, "partial"),
                       (guint) tally_json_node_get_int (runs, "failed"),
                       (guint) tally_json_node_get_int (runs, "cancelled"));
}

static void
print_amounts (TallyCli      *cli,
               TallyJsonNode *health)
{
  g_autoptr (TallyJsonNode) duration = tally_json_node_get_node (health, "duration_ms");
  g_autoptr (TallyJsonNode) bytes = tally_json_node_get_node (health, "bytes");
  g_autofree char *up = g_format_size ((guint64) tally_json_node_get_int (bytes, "up"));
  g_autofree char *down = g_format_size ((guint64) tally_json_node_get_int (bytes, "down"));
  g_autofree char *oldest = tally_json_node_dup_string (health, "oldest_pending");
  guint n_problems = (guint) tally_json_node_get_int (health, "open_problems");

  tally_output_printf (cli->output, _("A run took %u ms, 95 of 100 at most %u ms\n"),
                       (guint) tally_json_node_get_int (duration, "p50"),
                       (guint) tally_json_node_get_int (duration, "p95"));
  tally_output_printf (cli->output, _("%s sent, %s received\n"), up, down);
  if (oldest != NULL)
    tally_output_printf (cli->output, _("The oldest edit that waits is of %s\n"), oldest);
  if (n_problems > 0)
    tally_output_printf (cli->output,
                         ngettext ("%u problem is open: tallyctl records --problems\n",
                                   "%u problems are open: tallyctl records --problems\n",
                                   n_problems), n_problems);
}

static void
print_errors (TallyCli      *cli,
              TallyJsonNode *health)
{
  g_autoptr (GPtrArray) errors = tally_json_node_list (health, "errors");

  for (guint i = 0; i < errors->len; i++)
    {
      TallyJsonNode *error = errors->pdata[i];
      g_autofree char *code = tally_json_node_dup_string (error, "code");
      g_autofree char *last = tally_json_node_dup_string (error, "last");
      guint n = (guint) tally_json_node_get_int (error, "count");

      tally_output_raw (cli->output, "  ", 2);
      tally_output_text (cli->output, code != NULL ? code : "–", 24);
      tally_output_printf (cli->output, ngettext ("%u time, last %s\n", "%u times, last %s\n", n), n,
                           last != NULL ? last : "–");
    }
}

gboolean
tally_command_health (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TallyJsonNode) health = NULL;
  g_autofree char *json = NULL;
  GAsyncResult *slot = NULL;

  if (cli->options->days < 1)
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("--days takes a number from 1 on."));
      return FALSE;
    }

  tally_bus_sync_call_get_health (proxy, (guint) cli->options->days, NULL, tally_cli_ready_cb,
                                  &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_get_health_finish (proxy, &json, result, error))
    return FALSE;
  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  health = tally_json_node_new (json, -1, error);
  if (health == NULL)
    return FALSE;
  print_runs (cli, health);
  print_amounts (cli, health);
  print_errors (cli, health);

  return TRUE;
}
