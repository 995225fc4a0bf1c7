/* tally-command-sync.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "cli/tally-progress-line.h"
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Ctrl-C while a run is waited for: the first ends the run, the second the program. */
typedef struct
{
  TallyBusSync *proxy;         /* borrowed */
  guint         sources[2];
  guint         n_signals;
} Interrupt;

static gboolean
interrupt_cb (gpointer user_data)
{
  Interrupt *self = user_data;

  /* The store stands every kind of death; the run shows as interrupted. */
  if (++self->n_signals > 1)
    {
      signal (SIGINT, SIG_DFL);
      raise (SIGINT);
    }

  g_printerr ("%s\n", _("Stopping after this batch… (again: leave at once)"));
  tally_bus_sync_call_cancel (self->proxy, NULL, NULL, NULL);

  return G_SOURCE_CONTINUE;
}

static void
interrupt_begin (Interrupt    *self,
                 TallyBusSync *proxy)
{
  self->proxy = proxy;
  self->sources[0] = g_unix_signal_add (SIGINT, interrupt_cb, self);
  self->sources[1] = g_unix_signal_add (SIGTERM, interrupt_cb, self);
}

static void
interrupt_end (Interrupt *self)
{
  g_source_remove (self->sources[0]);
  g_source_remove (self->sources[1]);
}

static void
add_number (GVariantDict *wishes,
            const char   *name,
            int           value)
{
  if (value > 0)
    g_variant_dict_insert (wishes, name, "u", (guint) value);
}

/* What is asked of the run, as the bus takes it. */
static GVariant *
make_wishes (const TallyOptions *options)
{
  const char * const collections[] = { options->collection, NULL };
  const char *proof = options->compare ? "compared"
                      : options->verify || options->verify_only ? "verified" : NULL;
  const char *direction = options->verify_only ? "none" : options->pull_only ? "pull" : NULL;
  GVariantDict wishes;

  g_variant_dict_init (&wishes, NULL);
  g_variant_dict_insert (&wishes, "trigger", "s", "manual");
  if (options->full)
    g_variant_dict_insert (&wishes, "full", "b", TRUE);
  if (options->adopt)
    g_variant_dict_insert (&wishes, "adopt", "b", TRUE);
  if (direction != NULL)
    g_variant_dict_insert (&wishes, "direction", "s", direction);
  if (proof != NULL)
    g_variant_dict_insert (&wishes, "proof", "s", proof);
  if (options->stop_after != NULL)
    g_variant_dict_insert (&wishes, "stop-after", "s", options->stop_after);
  if (options->records != NULL)
    g_variant_dict_insert (&wishes, "records", "^as", options->records);
  if (options->collection != NULL)
    g_variant_dict_insert (&wishes, "collections", "^as", collections);
  add_number (&wishes, "seconds", options->time_limit);
  add_number (&wishes, "batch-bytes", options->batch_bytes);
  add_number (&wishes, "tries", options->tries);

  return g_variant_dict_end (&wishes);
}

/* One run's object as text. */
static char *
call_sync (TallyCli  *cli,
           GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (TallyProgressLine) line = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  Interrupt interrupt = { 0 };
  char *json = NULL;

  if (!cli->options->json)
    line = tally_progress_line_new (proxy, cli->output);

  interrupt_begin (&interrupt, proxy);
  tally_bus_sync_call_sync (proxy, make_wishes (cli->options), NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  interrupt_end (&interrupt);

  tally_bus_sync_call_sync_finish (proxy, &json, result, error);
  return json;
}

/* What the run as a whole failed with; SUCCESS when it did not. */
static TallyExitCode
failure_of_run (TallyJsonNode *run)
{
  g_autoptr (GPtrArray) errors = tally_json_node_list (run, "errors");
  g_autofree char *status = tally_json_node_dup_string (run, "status");

  if (g_strcmp0 (status, "success") == 0)
    return TALLY_EXIT_SUCCESS;
  if (g_strcmp0 (status, "partial") == 0)
    return TALLY_EXIT_PARTIAL;
  if (g_strcmp0 (status, "cancelled") == 0)
    return TALLY_EXIT_CANCELLED;

  for (guint i = 0; i < errors->len; i++)
    {
      g_autofree char *record = tally_json_node_dup_string (errors->pdata[i], "record");
      g_autofree char *code = tally_json_node_dup_string (errors->pdata[i], "code");

      if (record == NULL && code != NULL)
        return tally_exit_code_for_reason (code);
    }

  return TALLY_EXIT_FAILED;
}

static void
print_counts (TallyOutput   *output,
              TallyJsonNode *counts)
{
  static const char * const names[][2] = {
    { "pulled", N_("received") },
    { "pushed", N_("sent") },
    { "deleted", N_("deleted") },
    { "failed", N_("failed") },
    { "quarantined", N_("set aside") },
    { "held", N_("held") },
    { "guarded", N_("to be confirmed") },
  };
  gboolean any = FALSE;

  for (guint i = 0; counts != NULL && i < G_N_ELEMENTS (names); i++)
    {
      gint64 n = tally_json_node_get_int (counts, names[i][0]);

      if (n == 0)
        continue;
      tally_output_printf (output, "%s%" G_GINT64_FORMAT " %s", any ? ", " : "", n,
                           _(names[i][1]));
      any = TRUE;
    }

  tally_output_raw (output, any ? "" : _("nothing changed"), -1);
}

static const char *
describe_status (TallyExitCode code)
{
  switch (code)
    {
    case TALLY_EXIT_SUCCESS:
      return _("Done");
    case TALLY_EXIT_PARTIAL:
      return _("Done in part");
    case TALLY_EXIT_CANCELLED:
      return _("Stopped; the next run goes on from here");
    default:
      return _("Failed");
    }
}

static void
print_proof (TallyOutput   *output,
             TallyJsonNode *run)
{
  g_autoptr (TallyJsonNode) proof = tally_json_node_get_node (run, "proof");
  g_autofree char *grade = tally_json_node_dup_string (run, "grade");
  guint n_equal;
  guint n_of;

  if (proof == NULL)
    return;

  n_equal = (guint) tally_json_node_get_int (proof, "equal");
  n_of = (guint) tally_json_node_get_int (proof, "of");
  if (g_strcmp0 (grade, "compared") == 0)
    tally_output_printf (output, _("Compared: %u of %u records are equal, bodies included.\n"),
                         n_equal, n_of);
  else if (g_strcmp0 (grade, "verified") == 0)
    tally_output_printf (output, _("Verified: %u of %u records are equal.\n"), n_equal, n_of);
}

static void
print_run (TallyOutput   *output,
           TallyJsonNode *run,
           TallyExitCode  code)
{
  g_autoptr (TallyJsonNode) records = tally_json_node_get_node (run, "records");
  g_autoptr (TallyJsonNode) conflicts = tally_json_node_get_node (run, "conflicts");
  double seconds = tally_json_node_get_int (run, "duration_ms") / 1000.0;
  gint64 n_merged = 0;
  gint64 n_open = 0;
  gint64 n_guarded = records != NULL ? tally_json_node_get_int (records, "guarded") : 0;

  tally_output_printf (output, "%s: ", describe_status (code));
  print_counts (output, records);
  tally_output_printf (output, _(" in %.1f s\n"), seconds);
  print_proof (output, run);

  if (conflicts != NULL)
    {
      n_merged = tally_json_node_get_int (conflicts, "auto_resolved");
      n_open = tally_json_node_get_int (conflicts, "needs_user");
    }
  if (n_merged > 0)
    tally_output_printf (output, ngettext ("%u record changed on both sides was merged.\n",
                                           "%u records changed on both sides were merged.\n",
                                           (gulong) n_merged), (guint) n_merged);
  if (n_open > 0)
    tally_output_printf (output, ngettext ("%u conflict needs you: tallyctl conflicts\n",
                                           "%u conflicts need you: tallyctl conflicts\n",
                                           (gulong) n_open), (guint) n_open);
  if (n_guarded > 0)
    tally_output_printf (output, ngettext ("%u record needs your word: tallyctl guard\n",
                                           "%u records need your word: tallyctl guard\n",
                                           (gulong) n_guarded), (guint) n_guarded);
}

/* To standard error, whatever goes to standard output: a script's log shows the cause. */
static void
report_errors (TallyJsonNode *run,
               TallyExitCode  exit_code)
{
  g_autoptr (GPtrArray) errors = tally_json_node_list (run, "errors");

  for (guint i = 0; i < errors->len; i++)
    {
      g_autofree char *record = tally_json_node_dup_string (errors->pdata[i], "record");
      g_autofree char *message = tally_json_node_dup_string (errors->pdata[i], "message");
      g_autofree char *code = tally_json_node_dup_string (errors->pdata[i], "code");
      g_autofree char *shown = NULL;
      g_autofree char *what = NULL;

      what = tally_output_escape (message != NULL ? message : code != NULL ? code : "");
      shown = record == NULL ? g_strdup ("") : tally_output_escape (record);
      g_printerr ("tallyctl: %s%s%s\n", shown, *shown == '\0' ? "" : ": ", what);
    }

  /* The reason's words are for everywhere; how it is done here is not. */
  if (exit_code == TALLY_EXIT_SIGN_IN)
    g_printerr ("  %s\n", _("Give --user NAME and --password-file FILE, or set TALLY_PASSWORD."));
  else if (exit_code == TALLY_EXIT_USAGE)
    g_printerr ("  %s\n", _("Give its address: tallyctl --server URL sync"));
}

/* One run, and the exit code it means. */
static TallyJsonNode *
sync_once (TallyCli  *cli,
           GError   **error)
{
  g_autofree char *json = call_sync (cli, error);
  TallyJsonNode *run = NULL;

  if (json != NULL)
    run = tally_json_node_new (json, -1, error);
  if (run != NULL)
    cli->exit_code = failure_of_run (run);

  return run;
}

/* What would be left out of account must not be asked for. */
static gboolean
check_wishes (const TallyOptions  *options,
              GError             **error)
{
  g_autoptr (GVariant) wishes = g_variant_ref_sink (make_wishes (options));
  gboolean others = g_variant_n_children (wishes) > 1;

  if (options->plan ? !others : !options->list)
    return TRUE;

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                       options->plan
                       ? _("--plan says what an ordinary run would do; leave out what asks for another "
                           "one.")
                       : _("--list goes with --plan."));

  return FALSE;
}

gboolean
tally_command_sync (TallyCli  *cli,
                    GError   **error)
{
  const char *server = tally_bus_sync_get_connection (tally_cli_get_proxy (cli));
  g_autoptr (TallyJsonNode) run = NULL;
  gboolean asked = FALSE;

  if (cli->options->server == NULL && g_strcmp0 (server, "") == 0)
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("No server is set yet. Give its address: tallyctl --server URL sync"));
      return FALSE;
    }

  if (!check_wishes (cli->options, error))
    return FALSE;
  if (cli->options->plan)
    return tally_command_plan (cli, error);

  run = sync_once (cli, error);
  if (run == NULL)
    return FALSE;

  if (cli->exit_code == TALLY_EXIT_SIGN_IN)
    {
      if (!tally_cli_sign_in (cli, &asked, error))
        return FALSE;
      if (asked)
        {
          g_clear_pointer (&run, tally_json_node_free);
          run = sync_once (cli, error);
          if (run == NULL)
            return FALSE;
        }
    }

  if (cli->options->json)
    tally_output_line (cli->output, tally_json_node_get_text (run));
  else
    print_run (cli->output, run, cli->exit_code);
  tally_output_flush (cli->output);
  report_errors (run, cli->exit_code);

  return TRUE;
}

static void
print_answer (TallyCli   *cli,
              const char *json,
              const char *words)
{
  tally_output_line (cli->output, cli->options->json ? json : words);
}

gboolean
tally_command_pause (TallyCli  *cli,
                     GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_pause (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_pause_finish (proxy, result, error))
    return FALSE;

  print_answer (cli, "{\"paused\":true}", _("Paused. “tallyctl resume” ends it."));
  return TRUE;
}

gboolean
tally_command_resume (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_resume (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_resume_finish (proxy, result, error))
    return FALSE;

  print_answer (cli, "{\"paused\":false}", _("No longer paused."));
  return TRUE;
}

gboolean
tally_command_cancel (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_cancel (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_cancel_finish (proxy, result, error))
    return FALSE;

  print_answer (cli, "{\"cancelled\":true}", _("The run under way, if any, ends after its batch."));
  return TRUE;
}
