/* tally-command-order.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"

#include "config.h"

#include <glib/gi18n.h>

static gboolean
show (TallyCli  *cli,
      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *order = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_get_order (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_get_order_finish (proxy, &order, result, error))
    return FALSE;

  if (*order != '\0')
    tally_output_line (cli->output, order);
  else
    tally_output_line (cli->output,
                       cli->options->json ? "{}" : _("None is set: edits leave as they were made."));

  return TRUE;
}

static gboolean
set (TallyCli    *cli,
     const char  *order,
     GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_set_order (proxy, order, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_set_order_finish (proxy, result, error);
}

static gboolean
set_from_file (TallyCli    *cli,
               const char  *file,
               GError     **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;

  if (!g_file_get_contents (file, &text, NULL, &cause))
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT, cause->message);
      return FALSE;
    }
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT, _("“%s” is not UTF-8."), file);
      return FALSE;
    }

  return set (cli, g_strstrip (text), error);
}

gboolean
tally_command_order (TallyCli  *cli,
                     GError   **error)
{
  const char *action = cli->options->arguments[0];
  const char *file = action != NULL ? cli->options->arguments[1] : NULL;

  if (action == NULL)
    return show (cli, error);
  if (g_str_equal (action, "clear") && file == NULL)
    return set (cli, "", error);
  if (g_str_equal (action, "set") && file != NULL)
    return set_from_file (cli, file, error);

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                       _("It is “order”, “order set FILE” or “order clear”."));

  return FALSE;
}
