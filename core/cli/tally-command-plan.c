/* tally-command-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>

/* What becomes of a record, as the plan names it and as it is said. */
static const char * const actions[][2] = {
  { "send", N_("send") },
  { "send deletion", N_("delete there") },
  { "fetch", N_("fetch") },
  { "delete", N_("delete here") },
  { "merge", N_("merge") },
  { "set aside", N_("set aside") },
};

static const char *
describe_action (const char *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i][0], action))
      return _(actions[i][1]);

  return action;
}

static void
print_records (TallyOutput   *output,
               TallyJsonNode *plan)
{
  g_autoptr (GPtrArray) records = tally_json_node_list (plan, "records");

  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *id = tally_json_node_dup_string (records->pdata[i], "id");
      g_autofree char *action = tally_json_node_dup_string (records->pdata[i], "action");

      tally_output_text (output, action != NULL ? describe_action (action) : "", 14);
      tally_output_raw (output, "  ", 2);
      tally_output_text (output, id != NULL ? id : "", 0);
      tally_output_raw (output, "\n", 1);
    }
}

static void
print_plan (TallyOutput   *output,
            TallyJsonNode *plan)
{
  g_autoptr (TallyJsonNode) bytes = tally_json_node_get_node (plan, "bytes");
  guint n_send = (guint) tally_json_node_get_int (plan, "send");
  guint n_fetch = (guint) tally_json_node_get_int (plan, "fetch");
  guint n_delete = (guint) tally_json_node_get_int (plan, "delete");
  guint n_conflicts = (guint) tally_json_node_get_int (plan, "conflicts");
  g_autofree char *risk = tally_json_node_dup_string (plan, "risk");
  g_autofree char *seconds = tally_json_node_dup_raw (plan, "seconds");
  guint n_seconds = (guint) MAX (tally_json_node_get_int (plan, "seconds"), 1);
  g_autofree char *up = NULL;
  g_autofree char *down = NULL;

  print_records (output, plan);
  if (n_send + n_fetch == 0)
    {
      tally_output_line (output, _("There is nothing to do."));
      return;
    }

  up = g_format_size ((guint64) tally_json_node_get_int (bytes, "up"));
  down = g_format_size ((guint64) tally_json_node_get_int (bytes, "down"));
  tally_output_printf (output, _("To send: %u (about %s). To fetch: %u (about %s).\n"), n_send, up,
                       n_fetch, down);
  if (seconds != NULL && !g_str_equal (seconds, "null"))
    tally_output_printf (output, ngettext ("As fast as lately that takes about %u second.\n",
                                           "As fast as lately that takes about %u seconds.\n",
                                           n_seconds), n_seconds);
  if (n_delete > 0)
    tally_output_printf (output, ngettext ("%u of them is a deletion.\n",
                                           "%u of them are deletions.\n", n_delete), n_delete);
  if (n_conflicts > 0)
    tally_output_printf (output, ngettext ("%u was changed on both sides.\n",
                                           "%u were changed on both sides.\n", n_conflicts),
                         n_conflicts);
  if (g_strcmp0 (risk, "deletions") == 0)
    tally_output_line (output, _("That is more than goes through unasked: you will be asked first."));
  tally_output_line (output, _("Nothing was done yet."));
}

gboolean
tally_command_plan (TallyCli  *cli,
                    GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) plan = NULL;

  tally_bus_sync_call_plan (proxy, cli->options->list, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_plan_finish (proxy, &json, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  plan = tally_json_node_new (json, -1, error);
  if (plan == NULL)
    return FALSE;

  print_plan (cli->output, plan);

  return TRUE;
}
