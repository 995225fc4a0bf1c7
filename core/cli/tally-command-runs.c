/* tally-command-runs.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>

/* Without --limit: what fits a screen. */
#define DEFAULT_RUNS 20

static void
print_cell (TallyOutput   *output,
            TallyJsonNode *view,
            const char    *name,
            guint          width)
{
  g_autofree char *text = tally_json_node_dup_string (view, name);

  tally_output_text (output, text == NULL ? "–" : text, width);
  tally_output_raw (output, "  ", 2);
}

static void
print_run (TallyOutput   *output,
           TallyJsonNode *run)
{
  g_autoptr (TallyJsonNode) records = tally_json_node_get_node (run, "records");
  g_autoptr (TallyJsonNode) conflicts = tally_json_node_get_node (run, "conflicts");
  g_autoptr (GPtrArray) errors = tally_json_node_list (run, "errors");
  guint n_conflicts = conflicts == NULL ? 0
                      : (guint) tally_json_node_get_int (conflicts, "needs_user");

  tally_output_printf (output, "%5" G_GINT64_FORMAT "  ", tally_json_node_get_int (run, "run"));
  print_cell (output, run, "started", 24);
  print_cell (output, run, "status", 9);
  print_cell (output, run, "trigger", 8);
  tally_output_printf (output, "%7" G_GINT64_FORMAT " ms", tally_json_node_get_int (run, "duration_ms"));
  if (records != NULL)
    tally_output_printf (output, _("  %u received, %u sent"),
                         (guint) tally_json_node_get_int (records, "pulled"),
                         (guint) tally_json_node_get_int (records, "pushed"));
  if (n_conflicts != 0)
    tally_output_printf (output, ngettext (", %u conflict", ", %u conflicts", n_conflicts),
                         n_conflicts);
  tally_output_raw (output, "\n", 1);

  for (guint i = 0; i < errors->len; i++)
    {
      g_autofree char *record = tally_json_node_dup_string (errors->pdata[i], "record");
      g_autofree char *message = tally_json_node_dup_string (errors->pdata[i], "message");

      tally_output_raw (output, "       ", -1);
      tally_output_text (output, record == NULL ? "" : record, 0);
      tally_output_raw (output, record == NULL ? "" : ": ", -1);
      tally_output_text (output, message == NULL ? "" : message, 0);
      tally_output_raw (output, "\n", 1);
    }
}

gboolean
tally_command_runs (TallyCli  *cli,
                    GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  guint limit = cli->options->limit < 0 ? DEFAULT_RUNS : (guint) cli->options->limit;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) answer = NULL;
  g_autoptr (GPtrArray) runs = NULL;

  tally_bus_sync_call_list_runs (proxy, limit, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_list_runs_finish (proxy, &json, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  answer = tally_json_node_new (json, -1, error);
  if (answer == NULL)
    return FALSE;

  runs = tally_json_node_list (answer, "runs");
  for (guint i = 0; i < runs->len; i++)
    print_run (cli->output, runs->pdata[i]);
  if (runs->len == 0)
    tally_output_line (cli->output, _("No runs yet: tallyctl sync"));

  return TRUE;
}

gboolean
tally_command_connections (TallyCli  *cli,
                           GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) answer = NULL;
  g_autoptr (GPtrArray) connections = NULL;

  tally_bus_sync_call_list_connections (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_list_connections_finish (proxy, &json, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  answer = tally_json_node_new (json, -1, error);
  if (answer == NULL)
    return FALSE;

  connections = tally_json_node_list (answer, "connections");
  for (guint i = 0; i < connections->len; i++)
    {
      print_cell (cli->output, connections->pdata[i], "url", 48);
      print_cell (cli->output, connections->pdata[i], "user", 12);
      print_cell (cli->output, connections->pdata[i], "state", 0);
      tally_output_raw (cli->output, "\n", 1);
    }
  if (connections->len == 0)
    tally_output_line (cli->output, _("No server yet: tallyctl --server URL sync"));

  return TRUE;
}
