/* tally-command-log.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>

/* One line for a person: when, what, and of its data what tells the most. */
static void
print_event (TallyCli      *cli,
             TallyJsonNode *event)
{
  g_autofree char *time = tally_json_node_dup_string (event, "time");
  g_autofree char *type = tally_json_node_dup_string (event, "type");
  g_autofree char *data = tally_json_node_dup_raw (event, "data");
  g_autoptr (TallyJsonNode) view = tally_json_node_get_node (event, "data");
  g_autofree char *status = view != NULL ? tally_json_node_dup_string (view, "status") : NULL;
  g_autofree char *phase = view != NULL ? tally_json_node_dup_string (view, "phase") : NULL;
  g_autoptr (TallyJsonNode) reason = view != NULL ? tally_json_node_get_node (view, "reason") : NULL;
  g_autofree char *code = reason != NULL ? tally_json_node_dup_string (reason, "code") : NULL;

  tally_output_text (cli->output, time != NULL ? time : "–", 26);
  tally_output_text (cli->output, type != NULL ? type : "–", 20);
  if (code != NULL)
    tally_output_printf (cli->output, "%s (%s)", code, phase != NULL ? phase : "–");
  else if (status != NULL)
    tally_output_text (cli->output, status, 0);
  else if (data != NULL)
    tally_output_text (cli->output, data, 0);
  tally_output_raw (cli->output, "\n", 1);
}

static void
print_text (TallyCli   *cli,
            const char *text)
{
  g_autoptr (TallyJsonNode) event = NULL;

  if (cli->options->json)
    {
      tally_output_line (cli->output, text);
      return;
    }

  event = tally_json_node_new (text, -1, NULL);
  if (event != NULL)
    print_event (cli, event);
}

static void
event_cb (TallyCli   *cli,
          guint64     seq,
          const char *type,
          const char *text)
{
  print_text (cli, text);
  tally_output_flush (cli->output);
}

static gboolean
print_past (TallyCli  *cli,
            GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) events = NULL;
  GAsyncResult *slot = NULL;
  guint n;

  tally_bus_sync_call_list_events (proxy, 0, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_list_events_finish (proxy, &events, result, error))
    return FALSE;

  n = g_strv_length (events);
  for (guint i = cli->options->limit < 0 ? 0 : n - MIN (n, (guint) cli->options->limit); i < n; i++)
    print_text (cli, events[i]);
  if (n == 0 && !cli->options->json && !cli->options->follow)
    tally_output_line (cli->output, _("Nothing has happened since the agent began; “tallyctl runs” "
                                      "lists older runs."));
  tally_output_flush (cli->output);

  return TRUE;
}

/* Until somebody interrupts it, or whoever tells is gone. */
static gboolean
follow (TallyCli  *cli,
        GError   **error)
{
  GDBusProxy *proxy = G_DBUS_PROXY (tally_cli_get_proxy (cli));
  GDBusConnection *connection = g_dbus_proxy_get_connection (proxy);
  gulong handler = g_signal_connect_swapped (proxy, "event", G_CALLBACK (event_cb), cli);
  gboolean printed = print_past (cli, error);

  while (printed && !g_dbus_connection_is_closed (connection))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (proxy, handler);
  if (!printed)
    return FALSE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                       _("Whoever held the store has ended."));

  return FALSE;
}

gboolean
tally_command_log (TallyCli  *cli,
                   GError   **error)
{
  return cli->options->follow ? follow (cli, error) : print_past (cli, error);
}
