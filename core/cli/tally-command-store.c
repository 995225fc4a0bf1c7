/* tally-command-store.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>

static void
print_facts (TallyCli      *cli,
             TallyJsonNode *facts)
{
  g_autofree char *path = tally_json_node_dup_string (facts, "path");
  g_autofree char *size = g_format_size ((guint64) tally_json_node_get_int (facts, "bytes"));
  g_autofree char *unused = g_format_size ((guint64) tally_json_node_get_int (facts, "free_bytes"));
  guint n_records = (guint) tally_json_node_get_int (facts, "records");
  guint n_runs = (guint) tally_json_node_get_int (facts, "runs");
  gint64 undo_from = tally_json_node_get_int (facts, "undo_from");

  tally_output_text (cli->output, path, 0);
  tally_output_printf (cli->output, _("\n%s, of them %s not in use\n"), size, unused);
  tally_output_printf (cli->output, ngettext ("%u record", "%u records", n_records), n_records);
  tally_output_raw (cli->output, "\n", 1);
  tally_output_printf (cli->output, ngettext ("%u run on record", "%u runs on record", n_runs),
                       n_runs);
  tally_output_raw (cli->output, "\n", 1);
  if (undo_from > 0)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, undo_from);

      tally_output_printf (cli->output, _("Runs can be undone from %s on\n"), number);
    }
}

/* What of the past is kept, and how large the file may become. */
typedef struct
{
  guint  undo_days;
  guint  run_days;
  guint  history_days;
  gint64 max_bytes;
} Retention;

static gboolean
get_retention (TallyCli   *cli,
               Retention  *rule,
               GError    **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_get_retention (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_get_retention_finish (proxy, &rule->undo_days, &rule->run_days,
                                                   &rule->history_days, &rule->max_bytes, result,
                                                   error);
}

static void
print_retention (TallyCli        *cli,
                 const Retention *rule)
{
  tally_output_printf (cli->output, ngettext ("Runs can be undone for %u day",
                                              "Runs can be undone for %u days", rule->undo_days),
                       rule->undo_days);
  tally_output_raw (cli->output, "\n", 1);
  tally_output_printf (cli->output, ngettext ("Runs are listed for %u day",
                                              "Runs are listed for %u days", rule->run_days),
                       rule->run_days);
  tally_output_raw (cli->output, "\n", 1);
  if (rule->history_days == 0)
    tally_output_printf (cli->output, "%s", _("History is kept for ever"));
  else
    tally_output_printf (cli->output, ngettext ("History is kept for %u day",
                                                "History is kept for %u days", rule->history_days),
                         rule->history_days);
  tally_output_raw (cli->output, "\n", 1);
  if (rule->max_bytes > 0)
    {
      g_autofree char *size = g_format_size ((guint64) rule->max_bytes);

      tally_output_printf (cli->output, _("The file may become %s large\n"), size);
    }
}

static gboolean
show (TallyCli  *cli,
      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TallyJsonNode) facts = NULL;
  g_autofree char *json = NULL;
  GAsyncResult *slot = NULL;
  Retention rule;

  tally_bus_sync_call_get_store (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_get_store_finish (proxy, &json, result, error))
    return FALSE;
  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  facts = tally_json_node_new (json, -1, error);
  if (facts == NULL || !get_retention (cli, &rule, error))
    return FALSE;
  print_facts (cli, facts);
  print_retention (cli, &rule);

  return TRUE;
}

/* What was given is set, the rest stays. */
static gboolean
set_retention (TallyCli  *cli,
               GError   **error)
{
  const TallyOptions *options = cli->options;
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  Retention rule;

  if (!get_retention (cli, &rule, error))
    return FALSE;
  if (options->undo_days != -1)
    rule.undo_days = (guint) options->undo_days;
  if (options->run_days != -1)
    rule.run_days = (guint) options->run_days;
  if (options->history_days != -1)
    rule.history_days = (guint) options->history_days;
  if (options->max_bytes != -1)
    rule.max_bytes = options->max_bytes;

  tally_bus_sync_call_set_retention (proxy, rule.undo_days, rule.run_days, rule.history_days,
                                     rule.max_bytes, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_set_retention_finish (proxy, result, error))
    return FALSE;

  return show (cli, error);
}

static void
print_complaints (TallyCli   *cli,
                  char      **complaints)
{
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  if (!cli->options->json)
    {
      for (guint i = 0; complaints[i] != NULL; i++)
        tally_output_line (cli->output, complaints[i]);
      if (complaints[0] == NULL)
        tally_output_line (cli->output, _("Nothing is wrong with the store."));
      return;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "complaints");
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; complaints[i] != NULL; i++)
    tally_json_writer_string (&writer, complaints[i]);
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, json);
}

static gboolean
check (TallyCli  *cli,
       GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) complaints = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_check_store (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_check_store_finish (proxy, &complaints, result, error))
    return FALSE;

  print_complaints (cli, complaints);
  if (complaints[0] == NULL)
    return TRUE;

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_STORE,
                       _("The store is damaged. Keep the file, save what can still be read with "
                         "“tallyctl export”, and fetch everything anew into another store."));

  return FALSE;
}

static gboolean
compact (TallyCli  *cli,
         GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *size_before = NULL;
  g_autofree char *size_after = NULL;
  GAsyncResult *slot = NULL;
  gint64 before;
  gint64 after;

  tally_bus_sync_call_compact_store (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_compact_store_finish (proxy, &before, &after, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_printf (cli->output, "{\"bytes_before\":%" G_GINT64_FORMAT ",\"bytes_after\":%"
                           G_GINT64_FORMAT "}\n", before, after);
      return TRUE;
    }

  size_before = g_format_size ((guint64) before);
  size_after = g_format_size ((guint64) after);
  tally_output_printf (cli->output, _("%s before, %s now\n"), size_before, size_after);

  return TRUE;
}

static gboolean
back_up (TallyCli    *cli,
         const char  *file,
         GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_back_up_store (proxy, path, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_back_up_store_finish (proxy, result, error))
    return FALSE;

  if (!cli->options->json)
    tally_output_printf (cli->output, _("The copy is whole: %s\n"), path);

  return TRUE;
}

static gboolean
sets_something (const TallyOptions *options)
{
  return options->undo_days != -1 || options->run_days != -1 || options->history_days != -1 ||
         options->max_bytes != -1;
}

gboolean
tally_command_store (TallyCli  *cli,
                     GError   **error)
{
  const char *action = cli->options->arguments[0];
  const char *file = action != NULL ? cli->options->arguments[1] : NULL;

  if (action == NULL)
    return sets_something (cli->options) ? set_retention (cli, error) : show (cli, error);
  if (g_str_equal (action, "check") && file == NULL)
    return check (cli, error);
  if (g_str_equal (action, "compact") && file == NULL)
    return compact (cli, error);
  if (g_str_equal (action, "backup") && file != NULL)
    return back_up (cli, file, error);

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                       _("It is “store”, “store check”, “store compact” or “store backup FILE”."));

  return FALSE;
}
