/* tally-command-status.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"
#include "model/tally-reason.h"

#include <glib/gi18n.h>

/* The label's column: as wide as the longest in the languages there are. */
#define LABEL_WIDTH 22

static void
print_text (TallyOutput *output,
            const char  *label,
            const char  *text)
{
  tally_output_raw (output, "  ", 2);
  tally_output_text (output, label, LABEL_WIDTH);
  tally_output_text (output, text, 0);
  tally_output_raw (output, "\n", 1);
}

/* Left out when nothing of the kind is there. */
static void
print_count (TallyOutput *output,
             const char  *label,
             gint64       count)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, count);

  if (count != 0)
    print_text (output, label, text);
}

static char *
describe (TallyJsonNode *reason)
{
  g_autoptr (TallyReason) value = NULL;

  if (reason != NULL)
    value = tally_reason_from_json (tally_json_node_get_text (reason));

  return value == NULL ? NULL : tally_reason_describe (value);
}

/* A date as it stands in an object: a text, or null. */
static void
print_date (TallyOutput   *output,
            const char    *label,
            TallyJsonNode *view,
            const char    *name)
{
  g_autofree char *text = tally_json_node_dup_string (view, name);
  g_autoptr (GDateTime) date = NULL;
  gint64 date_us = 0;
  g_autofree char *shown = NULL;

  if (text != NULL)
    date = g_date_time_new_from_iso8601 (text, NULL);
  date_us = date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC
                         : tally_json_node_get_int (view, name);
  if (date_us == 0)
    return;

  shown = tally_cli_format_date (date_us);
  print_text (output, label, shown);
}

static void
print_state (TallyOutput   *output,
             TallyJsonNode *status)
{
  g_autoptr (TallyJsonNode) reason = tally_json_node_get_node (status, "reason");
  g_autofree char *sentence = describe (reason);
  g_autofree char *state = tally_json_node_dup_string (status, "state");

  tally_output_text (output, sentence != NULL ? sentence : state != NULL ? state : "", 0);
  tally_output_raw (output, "\n", 1);
}

/* The ways into the server that are left alone for a while. */
static void
print_circuits (TallyOutput   *output,
                TallyJsonNode *status)
{
  g_autoptr (GPtrArray) circuits = tally_json_node_list (status, "circuits");

  for (guint i = 0; i < circuits->len; i++)
    {
      TallyJsonNode *circuit = circuits->pdata[i];
      g_autofree char *endpoint = tally_json_node_dup_string (circuit, "endpoint");
      g_autofree char *label = NULL;

      /* Translators: a part of the server that keeps failing, like _bulk_docs, and until when. */
      label = g_strdup_printf (_("%s left alone until"), endpoint != NULL ? endpoint : "");
      print_date (output, label, circuit, "open_until");
    }
}

static void
print_status (TallyOutput   *output,
              TallyJsonNode *status)
{
  g_autofree char *connection = tally_json_node_dup_string (status, "connection");
  g_autofree char *grade = tally_json_node_dup_string (status, "grade");
  g_autofree char *records = tally_json_node_dup_raw (status, "records");
  gboolean has_server = connection != NULL && *connection != '\0';
  gint64 n_conflicts = tally_json_node_get_int (status, "conflicts");
  gint64 n_guarded = tally_json_node_get_int (status, "guarded");

  print_state (output, status);
  print_text (output, _("Server"), has_server ? connection : _("none yet: --server URL sync"));
  print_text (output, _("Records"), records == NULL ? "0" : records);
  print_count (output, _("Waiting to be sent"), tally_json_node_get_int (status, "pending"));
  print_date (output, _("Oldest of them"), status, "oldest_pending");
  print_count (output, _("Held"), tally_json_node_get_int (status, "held"));
  print_count (output, _("Set aside"), tally_json_node_get_int (status, "quarantined"));
  print_count (output, _("Conflicts"), n_conflicts);
  print_count (output, _("Deletions to confirm"), n_guarded);
  if (grade != NULL)
    print_text (output, _("Agreement"), grade);
  print_date (output, _("Last looked"), status, "checked_at");
  print_date (output, _("Next run"), status, "next_run");
  print_circuits (output, status);

  if (n_conflicts != 0)
    tally_output_line (output, _("“tallyctl conflicts” shows what needs a decision."));
  if (n_guarded != 0)
    tally_output_line (output, _("“tallyctl guard” shows which deletions wait for an answer."));
}

gboolean
tally_command_status (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) status = NULL;

  tally_bus_sync_call_get_status (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_get_status_finish (proxy, &json, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  status = tally_json_node_new (json, -1, error);
  if (status == NULL)
    return FALSE;

  print_status (cli->output, status);
  return TRUE;
}

static void
print_why (TallyOutput   *output,
           TallyJsonNode *why)
{
  g_autofree char *id = tally_json_node_dup_string (why, "id");
  g_autofree char *state = tally_json_node_dup_string (why, "state");
  g_autoptr (GPtrArray) reasons = tally_json_node_list (why, "reasons");
  g_autofree char *base = tally_json_node_dup_string (why, "base");
  g_autofree char *local = tally_json_node_dup_string (why, "local");
  g_autofree char *server = tally_json_node_dup_string (why, "server");

  tally_output_text (output, id == NULL ? "" : id, 0);
  tally_output_printf (output, ": %s\n", state == NULL ? "" : state);

  for (guint i = 0; i < reasons->len; i++)
    {
      g_autofree char *sentence = describe (g_ptr_array_index (reasons, i));

      if (sentence == NULL)
        continue;
      tally_output_raw (output, "  ", 2);
      tally_output_text (output, sentence, 0);
      tally_output_raw (output, "\n", 1);
    }

  print_text (output, _("Before"), base == NULL ? "–" : base);
  print_text (output, _("This computer"), local == NULL ? "–" : local);
  print_text (output, _("Server"), server == NULL ? "–" : server);
}

gboolean
tally_command_why (TallyCli  *cli,
                   GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) why = NULL;

  tally_bus_sync_call_why (proxy, cli->options->arguments[0], NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_why_finish (proxy, &json, result, error))
    return FALSE;

  if (cli->options->json)
    {
      tally_output_line (cli->output, json);
      return TRUE;
    }

  why = tally_json_node_new (json, -1, error);
  if (why == NULL)
    return FALSE;

  print_why (cli->output, why);
  return TRUE;
}
