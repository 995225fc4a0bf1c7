/* tally-command-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "config.h"

#include <glib/gi18n.h>

/* Records asked for at a time. */
#define PAGE_ROWS 500

/* A row of the answer; borrowed from it. */
typedef struct
{
  const char *collection;
  const char *side;
  guint       n_records;
  guint       mark;
  guint       n_total;
  gint64      opened_us;
} Question;

static GVariant *
list_guards (TallyCli  *cli,
             GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  GVariant *guards = NULL;

  tally_bus_sync_call_list_guards (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_list_guards_finish (proxy, &guards, result, error) ? guards : NULL;
}

static void
get_question (GVariant *guards,
              gsize     i,
              Question *question)
{
  g_variant_get_child (guards, i, "(&s&suuxu)", &question->collection, &question->side,
                       &question->n_records, &question->n_total, &question->opened_us,
                       &question->mark);
}

/* How each kind of question is put, but for its first sentence. */
static const struct
{
  const char *side;
  const char *detail;    /* marked, like the rest */
  const char *keep;
  const char *confirm;
} words[] = {
  { "server", N_("Nothing was deleted here. Look at them, then decide:"),
    N_("# bring them back on the server"), N_("# delete them here, too") },
  { "local", N_("The server was not told. Look at them, then decide:"),
    N_("# bring them back here"), N_("# delete them there, too") },
  { "alike", N_("The server was not told. Look at them, then decide:"),
    N_("# take the changes back"), N_("# send them") },
  { "merged", N_("The server was not told. Look at them, then decide:"),
    N_("# keep what the server has"), N_("# send the merged ones") },
};

static guint
find_words (const Question *question)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (words) && !g_str_equal (words[i].side, question->side))
    i++;

  return i;
}

static char *
make_sentence (const Question *question,
               const char     *name)
{
  g_autofree char *date = tally_cli_format_date (question->opened_us);

  switch (find_words (question))
    {
    case 0:
      return g_strdup_printf (_("%s: %u of %u records were deleted on the server, noticed %s.\n"),
                              name, question->n_records, question->n_total, date);
    case 1:
      return g_strdup_printf (_("%s: %u of %u records were deleted here, noticed %s.\n"), name,
                              question->n_records, question->n_total, date);
    case 2:
      return g_strdup_printf (_("%s: %u of %u records were changed here in the same way, noticed "
                                "%s.\n"), name, question->n_records, question->n_total, date);
    default:
      return g_strdup_printf (_("%s: %u of %u records were changed on both sides and merged, "
                                "noticed %s.\n"), name, question->n_records, question->n_total,
                              date);
    }
}

static void
print_question (TallyCli       *cli,
                const Question *question)
{
  g_autofree char *name = tally_output_escape (question->collection);
  g_autofree char *sentence = make_sentence (question, name);
  guint i = find_words (question);

  tally_output_raw (cli->output, sentence, -1);
  tally_output_line (cli->output, _(words[i].detail));
  tally_output_printf (cli->output, "  tallyctl guard '%s' --side %s --list\n", name,
                       question->side);
  tally_output_printf (cli->output, "  tallyctl guard '%s' --side %s --keep        %s\n", name,
                       question->side, _(words[i].keep));
  tally_output_printf (cli->output, "  tallyctl guard '%s' --side %s --confirm %-4u%s\n", name,
                       question->side, question->n_records, _(words[i].confirm));
}

static void
write_question (TallyJsonWriter *writer,
                const Question  *question)
{
  tally_json_writer_begin_object (writer);
  tally_json_writer_member (writer, "collection", question->collection);
  tally_json_writer_member (writer, "side", question->side);
  tally_json_writer_member_int (writer, "records", question->n_records);
  tally_json_writer_member_int (writer, "total", question->n_total);
  tally_json_writer_member_date (writer, "opened", question->opened_us);
  tally_json_writer_end_object (writer);
}

/* How many deletions are too many. */
typedef struct
{
  guint share;
  guint least;
} Rule;

static gboolean
get_rule (TallyCli  *cli,
          Rule      *rule,
          GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_get_guard_rule (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_get_guard_rule_finish (proxy, &rule->share, &rule->least, result, error);
}

/* What was given of it is set, the rest stays. */
static gboolean
set_rule (TallyCli  *cli,
          Rule      *rule,
          GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  /* Not in range is refused there, whatever it becomes here. */
  if (cli->options->share != -1)
    rule->share = (guint) cli->options->share;
  if (cli->options->least != -1)
    rule->least = (guint) cli->options->least;
  tally_bus_sync_call_set_guard_rule (proxy, rule->share, rule->least, NULL, tally_cli_ready_cb,
                                      &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_set_guard_rule_finish (proxy, result, error);
}

static void
print_rule (TallyCli   *cli,
            const Rule *rule)
{
  if (rule->share == 100)
    tally_output_line (cli->output, _("Nothing is asked, however many records are deleted."));
  else
    tally_output_printf (cli->output,
                         _("Asked where more than %u %% of a collection is deleted, and at least "
                           "%u records.\n"), rule->share, rule->least);
}

static void
print_json (TallyCli   *cli,
            GVariant   *guards,
            const Rule *rule)
{
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "questions");
  tally_json_writer_begin_array (&writer);
  for (gsize i = 0; i < g_variant_n_children (guards); i++)
    {
      Question question;

      get_question (guards, i, &question);
      write_question (&writer, &question);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_member_int (&writer, "share", rule->share);
  tally_json_writer_member_int (&writer, "least", rule->least);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, json);
}

static void
print_all (TallyCli   *cli,
           GVariant   *guards,
           const Rule *rule)
{
  gsize n = g_variant_n_children (guards);

  if (cli->options->json)
    {
      print_json (cli, guards, rule);
      return;
    }
  if (n == 0)
    tally_output_line (cli->output, _("There is nothing to confirm."));

  for (gsize i = 0; i < n; i++)
    {
      Question question;

      get_question (guards, i, &question);
      print_question (cli, &question);
    }
  print_rule (cli, rule);
}

/* The one question about the collection that was named, and the side where one was. */
static gboolean
find_question (TallyCli  *cli,
               GVariant  *guards,
               Question  *found,
               GError   **error)
{
  const char *collection = cli->options->arguments[0];
  guint n_found = 0;

  for (gsize i = 0; i < g_variant_n_children (guards); i++)
    {
      Question question;

      get_question (guards, i, &question);
      if (!g_str_equal (question.collection, collection) ||
          (cli->options->side != NULL && !g_str_equal (question.side, cli->options->side)))
        continue;
      *found = question;
      n_found++;
    }

  if (n_found == 1)
    return TRUE;

  if (n_found == 0)
    g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT,
                 _("Nothing about “%s” waits for an answer; “tallyctl guard” lists what does."),
                 collection);
  else
    g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                 _("There are two questions about “%s”: add --side server or --side local."),
                 collection);

  return FALSE;
}

static gboolean
answer (TallyCli        *cli,
        const Question  *question,
        GError         **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  gboolean keep = cli->options->keep;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_answer_guard (proxy, question->collection, question->side, keep,
                                    keep ? question->n_records : (guint) cli->options->confirm,
                                    question->mark, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_answer_guard_finish (proxy, result, error))
    return FALSE;

  if (!cli->options->json)
    tally_output_line (cli->output, keep ? _("They stay. The next synchronization says so.")
                                         : _("The next synchronization deletes them."));

  return TRUE;
}

static gboolean
print_records (TallyCli        *cli,
               const Question  *question,
               GError         **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GVariant) rows = NULL;
      GAsyncResult *slot = NULL;

      tally_bus_sync_call_list_guarded (proxy, question->collection, question->side, after,
                                        PAGE_ROWS, NULL, tally_cli_ready_cb, &slot);
      result = tally_cli_wait (&slot);
      if (!tally_bus_sync_call_list_guarded_finish (proxy, &rows, result, error))
        return FALSE;
      if (g_variant_n_children (rows) == 0)
        return TRUE;

      for (gsize i = 0; i < g_variant_n_children (rows); i++)
        {
          const char *document;

          g_variant_get_child (rows, i, "(x&s)", &after, &document);
          tally_output_line (cli->output, document);
        }
    }
}

gboolean
tally_command_guard (TallyCli  *cli,
                     GError   **error)
{
  TallyOptions *options = cli->options;
  guint n_wishes = (options->list != 0) + (options->keep != 0) + (options->confirm >= 0);
  gboolean sets = options->share != -1 || options->least != -1;
  g_autoptr (GVariant) guards = NULL;
  Question question;
  Rule rule;

  if (sets && n_wishes + (options->arguments[0] != NULL) > 0)
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("--share and --least are for all collections: give them alone."));
      return FALSE;
    }
  if (n_wishes > 1 || (n_wishes == 1) != (options->arguments[0] != NULL))
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("Name a collection and one of --list, --keep and --confirm N, or "
                             "nothing at all."));
      return FALSE;
    }

  guards = list_guards (cli, error);
  if (guards == NULL)
    return FALSE;
  if (n_wishes == 0)
    {
      if (!get_rule (cli, &rule, error) || (sets && !set_rule (cli, &rule, error)))
        return FALSE;
      print_all (cli, guards, &rule);
      return TRUE;
    }

  if (!find_question (cli, guards, &question, error))
    return FALSE;

  return options->list ? print_records (cli, &question, error) : answer (cli, &question, error);
}
