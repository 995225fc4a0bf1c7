/* main.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-cli.h"
#include "cli/tally-command.h"
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const TallyCommand commands[] = {
  { "status", NULL, N_("Whether both halves agree, and what waits"),
    N_("Says in one sentence where the store stands, then counts what waits and why."),
    "json", 0, 0, FALSE, tally_command_status },
  { "sync", NULL, N_("Bring both halves to agreement now"),
    N_("Reads what is new on the server, sends what was edited here, looks whether it arrived.\n"
       "Ctrl-C ends the run after the batch under way; nothing is lost and the next run goes on\n"
       "from there. The first time a store needs its server:\n\n"
       "  tallyctl --store shop.tally --server http://127.0.0.1:5985/receipts sync\n\n"
       "When the database on the server was deleted and made anew, or put back to a backup, sync\n"
       "changes nothing and ends with exit code 6. If it is the right database, “sync --adopt”\n"
       "gives it back what it lacks from this computer and then reads everything again. Nothing is\n"
       "deleted here because the server does not have it. Do the same on every other computer.\n\n"
       "With --record or --collection everything is read as always, and only those edits are sent:\n\n"
       "  tallyctl sync --record receipt:R-1042"),
    "json full pull-only adopt verify compare verify-only record collection stop-after time-limit "
    "batch-bytes tries plan list", 0, 0, FALSE, tally_command_sync },
  { "pause", NULL, N_("No runs by themselves until “resume”"),
    N_("Lasts over a restart. “tallyctl sync” still runs when asked."),
    "json", 0, 0, FALSE, tally_command_pause },
  { "resume", NULL, N_("End a pause"), NULL, "json", 0, 0, FALSE, tally_command_resume },
  { "cancel", NULL, N_("End the run under way after its batch"),
    N_("Does nothing when no run is under way."), "json", 0, 0, FALSE, tally_command_cancel },
  { "records", NULL, N_("List records: id, collection, state"),
    N_("Sorted by the bytes of the id. Without --limit all of them."),
    "json collection search problems limit offset", 0, 0, FALSE, tally_command_records },
  { "get", N_("ID"), N_("Print a record as one line of JSON"),
    N_("The line of “export”: _id first, then the members as they were written. With --json an\n"
       "object with id, rev, state and document."),
    "json", 1, 1, TRUE, tally_command_get },
  { "put", N_("ID [FILE]"), N_("Create or change a record"),
    N_("FILE holds one JSON object; “-” or nothing means standard input. An _id in it must be ID;\n"
       "a _rev in it must be the current one.\n\n"
       "  echo '{\"total\":12.90}' | tallyctl put receipt:R-1042"),
    "json", 1, 2, TRUE, tally_command_put },
  { "delete", N_("ID"), N_("Delete a record, here and with the next run there"), NULL,
    "json rev", 1, 1, TRUE, tally_command_delete },
  { "import", N_("FILE"), N_("Create or change records from a file"),
    N_("One JSON document a line, each with _id; “-” means standard input. All or nothing: the\n"
       "first bad line is named and nothing is changed. _rev may be left out; a stale one is\n"
       "refused."),
    "json", 1, 1, FALSE, tally_command_import },
  { "export", N_("[FILE]"), N_("Write all records to a file"),
    N_("One JSON document a line, by the bytes of the id; deleted records are left out. Without\n"
       "FILE, or with “-”, to standard output. FILE is replaced only when all was written."),
    "json", 0, 1, FALSE, tally_command_export },
  { "conflicts", N_("[ID]"), N_("What both sides changed differently"),
    N_("Every open conflict with the fields that need a decision: before, here, on the server."),
    "json limit offset", 0, 1, TRUE, tally_command_conflicts },
  { "resolve", N_("ID"), N_("Settle a conflict"),
    N_("Choose for each field that both sides changed, or take one whole version. Fields that only\n"
       "one side changed come decided. The result is an ordinary edit; the versions it replaces\n"
       "stay in the history.\n\n"
       "  tallyctl resolve receipt:R-1042 --field /total=server --field /note=local\n"
       "  tallyctl resolve receipt:R-1042 --value '/total=13.30' --field /note=local\n"
       "  tallyctl resolve receipt:R-1042 --take server\n\n"
       "--take also settles deletions (the version without the record deletes it) and forks on the\n"
       "server, by the number that “tallyctl conflicts” shows."),
    "json field value take", 1, 1, TRUE, tally_command_resolve },
  { "pending", N_("[held | release [ID]]"), N_("What waits to be sent, the oldest first"),
    N_("“held” lists what waits for something else than the next synchronization; “release” lets go\n"
       "what was put on hold, for instance with “undo --hold”."),
    "json limit offset", 0, 2, FALSE, tally_command_pending },
  { "quarantine", N_("[export | retry [ID] | discard ID]"),
    N_("What the server refused, and what becomes of it"),
    N_("A refused record never stops its neighbours: it is set aside with the reason. Correct it with\n"
       "“put”, and it is sent again; or send it once more as it is; or give the edit up. “discard”\n"
       "prints the document before the record becomes again what the server has; “export” prints all of\n"
       "them, a line each.\n\n"
       "  tallyctl quarantine\n"
       "  tallyctl quarantine export > refused.jsonl\n"
       "  tallyctl quarantine retry receipt:R-1042\n"
       "  tallyctl quarantine discard receipt:R-1042 >> given-up.jsonl"),
    "json limit offset", 0, 2, FALSE, tally_command_quarantine },
  { "guard", N_("[COLLECTION]"), N_("Confirm or undo what happened to unusually many records"),
    N_("When more than a share of a collection (and at least some records) was deleted, on the server\n"
       "or here, or changed here in the same way, or on both sides at once, those records wait until\n"
       "somebody says that it was meant. Everything else goes on.\n"
       "Without COLLECTION it says what waits for an answer. Share and least number are 20 percent and\n"
       "10 records until they are set.\n\n"
       "  tallyctl guard receipt --list\n"
       "  tallyctl guard receipt --keep\n"
       "  tallyctl guard receipt --confirm 312\n"
       "  tallyctl guard --share 30 --least 50\n\n"
       "--confirm takes the number that was shown, so that nothing is deleted that joined since."),
    "json list keep confirm side share least", 0, 1, FALSE, tally_command_guard },
  { "order", N_("[set FILE | clear]"), N_("In which order edits leave"),
    N_("FILE is an object of JSON by collection: a priority (the greater first), and the members that\n"
       "name other records, with the collection of those (\"\" where the whole id stands there):\n\n"
       "  {\"receipt\":{\"priority\":1,\"references\":{\"/till\":\"till\"}}}\n\n"
       "What a record names goes before it. Where that is refused the record waits, and “tallyctl\n"
       "pending” says for what. Without an order edits leave as they were made."),
    "json", 0, 2, FALSE, tally_command_order },
  { "runs", NULL, N_("The last runs, newest first"), NULL, "json limit", 0, 0, FALSE,
    tally_command_runs },
  { "health", NULL, N_("How the runs of the last days went, and what went wrong"), NULL, "json days", 0, 0,
    FALSE, tally_command_health },
  { "log", NULL, N_("What the agent did, event by event"),
    N_("The last events since the agent began; with --follow, also what happens from now on. With\n"
       "--json each is a line as share/tallystick/schemas/event.schema.json describes it.\n\n"
       "  tallyctl log --follow\n"
       "  tallyctl log --follow --json | jq -c 'select(.type == \"sync.failed\")'"),
    "json follow limit", 0, 0, FALSE, tally_command_log },
  { "undo", N_("RUN"), N_("Undo what a run changed here"),
    N_("Every record that the run RUN changed becomes again what it was before: each is a new edit,\n"
       "which leaves with the next synchronization, and history only grows. Records that the run\n"
       "brought here are deleted. What was edited since, or is in conflict, is left alone. “tallyctl\n"
       "runs” lists the runs; without an option nothing is changed and the numbers are shown.\n\n"
       "  tallyctl undo 42\n"
       "  tallyctl undo 42 --list\n"
       "  tallyctl undo 42 --confirm 312\n\n"
       "--confirm takes the number that was shown, so that nothing is changed that joined since. With\n"
       "--hold the server is told only after “tallyctl pending release”."),
    "json list confirm hold", 1, 1, FALSE, tally_command_undo },
  { "store", N_("[check | compact | backup FILE]"), N_("The store's file: size, check, compact, backup"),
    N_("Without an action it says how large the file is and what is in it. “check” reads all of it and\n"
       "says what is wrong, if anything is. “compact” forgets runs and what can be undone when they are\n"
       "older than 90 and 30 days (or than was set), and gives the room back to the disk. “backup”\n"
       "writes a whole copy, itself a store, while the work goes on; FILE is replaced only when the\n"
       "copy is whole. How long what is kept, and how large the file may become, can be set:\n\n"
       "  tallyctl store\n"
       "  tallyctl store check\n"
       "  tallyctl store backup ~/shop-2026-11.tally\n"
       "  tallyctl store --history-days 3650 --max-bytes 2000000000"),
    "json undo-days run-days history-days max-bytes", 0, 2, FALSE, tally_command_store },
  { "connections", NULL, N_("Which server the store agrees with"), NULL, "json", 0, 0, FALSE,
    tally_command_connections },
  { "why", N_("ID"), N_("Why a record is where it is"), NULL, "json", 1, 1, TRUE, tally_command_why },
};

static const TallyCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];

  return NULL;
}

static void
print_exit_codes (TallyOutput *output)
{
  tally_output_printf (output, "%s\n", _("Exit codes:"));
  for (int i = 0; i <= TALLY_EXIT_LAST; i++)
    tally_output_printf (output, "  %d  %s\n", i, tally_exit_code_describe (i));
}

/* GOption starts its help with the usage line; all below it is ours to keep. */
static void
print_options (TallyOutput    *output,
               GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);
  const char *below = strstr (help, "\n\n");

  tally_output_raw (output, below == NULL ? help : below + 2, -1);
}

static void
print_help (TallyOutput    *output,
            GOptionContext *context)
{
  tally_output_printf (output, "%s\n  tallyctl [%s] %s […]\n\n", _("Usage:"), _("OPTION…"),
                       _("COMMAND"));
  tally_output_printf (output, "%s\n\n%s\n",
                       _("Keeps a store of JSON records and a server in agreement."),
                       _("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *usage = NULL;

      usage = commands[i].parameters == NULL
              ? g_strdup (commands[i].name)
              : g_strdup_printf ("%s %s", commands[i].name, _(commands[i].parameters));
      tally_output_raw (output, "  ", 2);
      tally_output_text (output, usage, 18);
      tally_output_line (output, _(commands[i].summary));
    }

  tally_output_raw (output, "\n", 1);
  print_options (output, context);
  tally_output_printf (output, "%s\n  %s\n\n", _("Environment:"),
                       _("TALLY_PASSWORD     The password, when --password-file is not given"));
  print_exit_codes (output);
  tally_output_printf (output, "\n%s\n",
                       _("“tallyctl COMMAND --help” says more about a command."));
}

static void
print_command_help (TallyOutput        *output,
                    const TallyCommand *command,
                    GOptionContext     *context)
{
  tally_output_printf (output, "%s\n  tallyctl %s%s%s [%s]\n\n%s\n\n", _("Usage:"), command->name,
                       command->parameters == NULL ? "" : " ",
                       command->parameters == NULL ? "" : _(command->parameters), _("OPTION…"),
                       _(command->summary));
  if (command->description != NULL)
    tally_output_printf (output, "%s\n\n", _(command->description));
  print_options (output, context);
}

static gboolean
check_arguments (const TallyCommand  *command,
                 char               **arguments,
                 GError             **error)
{
  guint n = g_strv_length (arguments);

  if (n >= command->min_arguments && n <= command->max_arguments)
    return TRUE;

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
               n < command->min_arguments ? _("Something is missing. Usage: tallyctl %s %s")
                                          : _("That is too much. Usage: tallyctl %s %s"),
               command->name, command->parameters == NULL ? "" : _(command->parameters));
  return FALSE;
}

static gboolean
run_in_session (TallyCli            *cli,
                const TallyCommand  *command,
                GError             **error)
{
  g_clear_pointer (&cli->session, tally_session_close);
  cli->session = tally_session_open (cli->options->store, error);

  return cli->session != NULL && tally_cli_connect (cli, error) && command->func (cli, error);
}

/* The holder may be another command, which ends while we ask: then it is our turn. */
static gboolean
run_with_store (TallyCli            *cli,
                const TallyCommand  *command,
                GError             **error)
{
  while (TRUE)
    {
      g_autoptr (GError) run_error = NULL;

      if (run_in_session (cli, command, &run_error))
        return TRUE;

      if (cli->session != NULL && tally_session_is_over (cli->session, run_error) &&
          tally_output_is_empty (cli->output))
        continue;

      g_propagate_error (error, g_steal_pointer (&run_error));
      return FALSE;
    }
}

/* --help and --version need no store. */
static gboolean
run_command (TallyCli            *cli,
             const TallyCommand  *command,
             char               **words,
             GError             **error)
{
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) rest = g_strdupv (words);

  context = tally_options_new_command (cli->options, command->parameters, command->options);
  if (!g_option_context_parse_strv (context, &rest, error))
    return FALSE;

  if (cli->options->help)
    {
      print_command_help (cli->output, command, context);
      return TRUE;
    }

  if (!tally_options_check (cli->options, command->takes_id, error) ||
      !check_arguments (command, cli->options->arguments, error))
    return FALSE;

  return run_with_store (cli, command, error);
}

/* @words: the command line, program name first */
static gboolean
run (TallyCli  *cli,
     char     **words,
     GError   **error)
{
  g_autoptr (GOptionContext) context = tally_options_new_globals (cli->options);
  g_auto (GStrv) rest = g_strdupv (words);
  const TallyCommand *command;

  if (!g_option_context_parse_strv (context, &rest, error))
    return FALSE;

  if (cli->options->version)
    {
      tally_output_printf (cli->output, "tallyctl %s\n", TALLY_VERSION);
      return TRUE;
    }

  if (cli->options->help || (rest[1] != NULL && strcmp (rest[1], "help") == 0))
    {
      print_help (cli->output, context);
      return TRUE;
    }

  if (rest[1] == NULL)
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("Which command? “tallyctl --help” lists them."));
      return FALSE;
    }

  command = find_command (rest[1]);
  if (command == NULL)
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                   _("There is no command “%s”; “tallyctl --help” lists them."), rest[1]);
      return FALSE;
    }

  return run_command (cli, command, rest + 1, error);
}

int
main (int    argc,
      char **argv)
{
  TallyCli cli = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) output_error = NULL;
  const struct rlimit no_core = { 0, 0 };

  /* A password is in memory: no core is dumped. */
  setrlimit (RLIMIT_CORE, &no_core);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  /* A closed pipe is an error to report, not a death. */
  signal (SIGPIPE, SIG_IGN);

  cli.input = -1;
  cli.options = tally_options_new ();
  cli.output = tally_output_new (STDOUT_FILENO);

  if (!run (&cli, argv, &error))
    {
      tally_output_flush (cli.output);
      cli.exit_code = tally_exit_code_for_error (error);
      tally_cli_report (error);
    }
  if (!tally_output_close (cli.output, &output_error))
    {
      cli.exit_code = tally_exit_code_for_error (output_error);
      tally_cli_report (output_error);
    }

  g_clear_pointer (&cli.session, tally_session_close);
  if (cli.input >= 0)
    close (cli.input);
  tally_output_free (cli.output);
  tally_options_free (cli.options);

  return cli.exit_code;
}
