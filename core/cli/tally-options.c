/* tally-options.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-options.h"

#include "cli/tally-exit-code.h"

#include "config.h"

#include <glib/gi18n.h>

/* FILENAME, not STRING: GOption converts a STRING from the locale's character set. */
static const struct
{
  const char *name;
  gsize       offset;         /* in TallyOptions */
  GOptionArg  type;
  gboolean    global;
  const char *description;
  const char *parameter;      /* nullable */
  char        letter;         /* 0: none */
} registry[] = {
  { "store", G_STRUCT_OFFSET (TallyOptions, store), G_OPTION_ARG_FILENAME, TRUE,
    N_("Work on this store; without it, on the agent's, else on the default one"), N_("FILE"), 0 },
  { "server", G_STRUCT_OFFSET (TallyOptions, server), G_OPTION_ARG_FILENAME, TRUE,
    N_("The database to agree with; needed once, the same again is fine"), N_("URL"), 0 },
  { "user", G_STRUCT_OFFSET (TallyOptions, user), G_OPTION_ARG_FILENAME, TRUE,
    N_("Who to sign in as"), N_("NAME"), 0 },
  { "password-file", G_STRUCT_OFFSET (TallyOptions, password_file), G_OPTION_ARG_FILENAME, TRUE,
    N_("Password: the first line of this file (or set TALLY_PASSWORD)"), N_("FILE"), 0 },
  { "help", G_STRUCT_OFFSET (TallyOptions, help), G_OPTION_ARG_NONE, TRUE,
    N_("Say what can be given"), NULL, 0 },
  { "version", G_STRUCT_OFFSET (TallyOptions, version), G_OPTION_ARG_NONE, TRUE,
    N_("Print the version"), NULL, 0 },

  { "json", G_STRUCT_OFFSET (TallyOptions, json), G_OPTION_ARG_NONE, FALSE,
    N_("Print JSON"), NULL, 0 },
  { "full", G_STRUCT_OFFSET (TallyOptions, full), G_OPTION_ARG_NONE, FALSE,
    N_("Read everything again, from the start"), NULL, 0 },
  { "pull-only", G_STRUCT_OFFSET (TallyOptions, pull_only), G_OPTION_ARG_NONE, FALSE,
    N_("Only take in what is new on the server; send nothing"), NULL, 0 },
  { "adopt", G_STRUCT_OFFSET (TallyOptions, adopt), G_OPTION_ARG_NONE, FALSE,
    N_("Accept another or an older database, and give back what it lacks"), NULL, 0 },
  { "verify", G_STRUCT_OFFSET (TallyOptions, verify), G_OPTION_ARG_NONE, FALSE,
    N_("Prove that every revision is the same on both sides: one listing"), NULL, 0 },
  { "compare", G_STRUCT_OFFSET (TallyOptions, compare), G_OPTION_ARG_NONE, FALSE,
    N_("Prove that every body is the same on both sides: reads everything once more"), NULL, 0 },
  { "verify-only", G_STRUCT_OFFSET (TallyOptions, verify_only), G_OPTION_ARG_NONE, FALSE,
    N_("Only look whether both sides are equal; take nothing in and send nothing"), NULL, 0 },
  { "record", G_STRUCT_OFFSET (TallyOptions, records), G_OPTION_ARG_FILENAME_ARRAY, FALSE,
    N_("Send only the edit of this record, at once; may be repeated"), N_("ID"), 0 },
  { "stop-after", G_STRUCT_OFFSET (TallyOptions, stop_after), G_OPTION_ARG_FILENAME, FALSE,
    N_("End after this phase: validate, prepare or execute"), N_("PHASE"), 0 },
  { "time-limit", G_STRUCT_OFFSET (TallyOptions, time_limit), G_OPTION_ARG_INT, FALSE,
    N_("End after so long; the next run goes on from there"), N_("SECONDS"), 0 },
  { "batch-bytes", G_STRUCT_OFFSET (TallyOptions, batch_bytes), G_OPTION_ARG_INT, FALSE,
    N_("Send at most so much at once; without it, as the speed allows"), N_("N"), 0 },
  { "tries", G_STRUCT_OFFSET (TallyOptions, tries), G_OPTION_ARG_INT, FALSE,
    N_("Send each request at most so often; 3 without it"), N_("N"), 0 },
  { "plan", G_STRUCT_OFFSET (TallyOptions, plan), G_OPTION_ARG_NONE, FALSE,
    N_("Only say what would be done; with --list, record by record"), NULL, 0 },
  { "problems", G_STRUCT_OFFSET (TallyOptions, problems), G_OPTION_ARG_NONE, FALSE,
    N_("Only records that wait, conflict or were refused"), NULL, 0 },
  { "collection", G_STRUCT_OFFSET (TallyOptions, collection), G_OPTION_ARG_FILENAME, FALSE,
    N_("Only records of this collection"), N_("NAME"), 0 },
  { "search", G_STRUCT_OFFSET (TallyOptions, search), G_OPTION_ARG_FILENAME, FALSE,
    N_("Only records with this text in id or body"), N_("TEXT"), 0 },
  { "limit", G_STRUCT_OFFSET (TallyOptions, limit), G_OPTION_ARG_INT, FALSE,
    N_("At most so many"), N_("N"), 0 },
  { "offset", G_STRUCT_OFFSET (TallyOptions, offset), G_OPTION_ARG_INT, FALSE,
    N_("Leave out so many at the start"), N_("N"), 0 },
  { "field", G_STRUCT_OFFSET (TallyOptions, fields), G_OPTION_ARG_FILENAME_ARRAY, FALSE,
    N_("Take this field from base, local or server; may be repeated"), N_("/POINTER=SIDE"), 0 },
  { "value", G_STRUCT_OFFSET (TallyOptions, values), G_OPTION_ARG_FILENAME_ARRAY, FALSE,
    N_("Give this field a JSON value of its own; may be repeated"), N_("/POINTER=JSON"), 0 },
  { "take", G_STRUCT_OFFSET (TallyOptions, take), G_OPTION_ARG_FILENAME, FALSE,
    N_("Take one whole version: base, local, server, or its number in a fork"), N_("VERSION"), 0 },
  { "rev", G_STRUCT_OFFSET (TallyOptions, rev), G_OPTION_ARG_FILENAME, FALSE,
    N_("Only if this is still the record's revision"), N_("REV"), 0 },
  { "list", G_STRUCT_OFFSET (TallyOptions, list), G_OPTION_ARG_NONE, FALSE,
    N_("Show the records it is about, one document a line"), NULL, 0 },
  { "keep", G_STRUCT_OFFSET (TallyOptions, keep), G_OPTION_ARG_NONE, FALSE,
    N_("It was not meant: the records become again what they were"), NULL, 0 },
  { "hold", G_STRUCT_OFFSET (TallyOptions, hold), G_OPTION_ARG_NONE, FALSE,
    N_("Keep what it makes of the records here until it is released"), NULL, 0 },
  { "confirm", G_STRUCT_OFFSET (TallyOptions, confirm), G_OPTION_ARG_INT, FALSE,
    N_("Do it, for exactly as many records as were shown"), N_("N"), 0 },
  { "side", G_STRUCT_OFFSET (TallyOptions, side), G_OPTION_ARG_FILENAME, FALSE,
    N_("Which question: server, local, alike or merged"), N_("SIDE"), 0 },
  { "share", G_STRUCT_OFFSET (TallyOptions, share), G_OPTION_ARG_INT, FALSE,
    N_("Ask about more than this share of a collection; 100: never"), N_("PERCENT"), 0 },
  { "least", G_STRUCT_OFFSET (TallyOptions, least), G_OPTION_ARG_INT, FALSE,
    N_("… and at least so many records"), N_("N"), 0 },
  { "follow", G_STRUCT_OFFSET (TallyOptions, follow), G_OPTION_ARG_NONE, FALSE,
    N_("Go on with what happens, until interrupted"), NULL, 'f' },
  { "days", G_STRUCT_OFFSET (TallyOptions, days), G_OPTION_ARG_INT, FALSE,
    N_("Of so many days; 7 without it"), N_("N"), 0 },
  { "undo-days", G_STRUCT_OFFSET (TallyOptions, undo_days), G_OPTION_ARG_INT, FALSE,
    N_("From now on runs can be undone for so long"), N_("N"), 0 },
  { "run-days", G_STRUCT_OFFSET (TallyOptions, run_days), G_OPTION_ARG_INT, FALSE,
    N_("From now on runs are listed for so long"), N_("N"), 0 },
  { "history-days", G_STRUCT_OFFSET (TallyOptions, history_days), G_OPTION_ARG_INT, FALSE,
    N_("From now on the history of what is settled is kept for so long; 0: for ever"), N_("N"), 0 },
  { "max-bytes", G_STRUCT_OFFSET (TallyOptions, max_bytes), G_OPTION_ARG_INT64, FALSE,
    N_("From now on the file may become so large; 0: no limit"), N_("N"), 0 },
};

TallyOptions *
tally_options_new (void)
{
  TallyOptions *self = g_new0 (TallyOptions, 1);

  self->limit = -1;
  self->confirm = -1;
  self->share = -1;
  self->least = -1;
  self->days = 7;
  self->undo_days = -1;
  self->run_days = -1;
  self->history_days = -1;
  self->max_bytes = -1;

  return self;
}

void
tally_options_free (TallyOptions *self)
{
  g_free (self->store);
  g_free (self->server);
  g_free (self->user);
  g_free (self->password_file);
  g_free (self->collection);
  g_free (self->stop_after);
  g_strfreev (self->records);
  g_free (self->search);
  g_strfreev (self->fields);
  g_strfreev (self->values);
  g_free (self->take);
  g_free (self->side);
  g_free (self->rev);
  g_strfreev (self->arguments);
  g_free (self);
}

static void
add_option (GArray       *entries,
            TallyOptions *self,
            guint         index)
{
  GOptionEntry entry = {
    .long_name = registry[index].name,
    .short_name = registry[index].letter,
    .arg = registry[index].type,
    .arg_data = (guint8 *) self + registry[index].offset,
    .description = registry[index].description,
    .arg_description = registry[index].parameter,
  };

  g_array_append_val (entries, entry);
}

static void
add_group (GOptionContext *context,
           const char     *name,
           const char     *title,
           GArray         *entries)
{
  GOptionGroup *group = g_option_group_new (name, title, title, NULL, NULL);

  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_group_add_entries (group, (GOptionEntry *) entries->data);
  g_option_context_add_group (context, group);
}

static void
add_globals (TallyOptions   *self,
             GOptionContext *context)
{
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (guint i = 0; i < G_N_ELEMENTS (registry); i++)
    if (registry[i].global)
      add_option (entries, self, i);

  add_group (context, "global", _("Global options:"), entries);
}

GOptionContext *
tally_options_new_globals (TallyOptions *self)
{
  GOptionContext *context = g_option_context_new (NULL);

  /* The first word that is no option is the command. */
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_help_enabled (context, FALSE);
  add_globals (self, context);

  return context;
}

GOptionContext *
tally_options_new_command (TallyOptions *self,
                           const char   *parameters,
                           const char   *names)
{
  GOptionContext *context = g_option_context_new (parameters);
  g_auto (GStrv) wanted = g_strsplit (names, " ", -1);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  GOptionEntry rest[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->arguments, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (registry); i++)
    if (g_strv_contains ((const char * const *) wanted, registry[i].name))
      add_option (entries, self, i);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, rest, GETTEXT_PACKAGE);
  add_group (context, "command", _("Options:"), entries);
  add_globals (self, context);

  return context;
}

static gboolean
check_text (const char  *text,
            GError     **error)
{
  g_autofree char *shown = NULL;

  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;

  shown = g_filename_display_name (text);
  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
               _("“%s” is not valid UTF-8; ids and texts must be."), shown);
  return FALSE;
}

static gboolean
check_texts (char    **texts,
             GError  **error)
{
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    if (!check_text (texts[i], error))
      return FALSE;

  return TRUE;
}

gboolean
tally_options_check (TallyOptions  *self,
                     gboolean       takes_id,
                     GError       **error)
{
  if (self->arguments == NULL)
    self->arguments = g_new0 (char *, 1);

  if (self->limit < -1 || self->offset < 0)
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                   _("--limit and --offset must not be negative."));
      return FALSE;
    }

  if (self->time_limit < 0 || self->batch_bytes < 0 || self->tries < 0)
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                   _("--time-limit, --batch-bytes and --tries must not be negative."));
      return FALSE;
    }

  return (!takes_id || check_text (self->arguments[0], error)) &&
         check_text (self->server, error) && check_text (self->user, error) &&
         check_text (self->collection, error) && check_text (self->search, error) &&
         check_text (self->take, error) && check_text (self->rev, error) &&
         check_text (self->side, error) && check_text (self->stop_after, error) &&
         check_texts (self->records, error) &&
         check_texts (self->fields, error) && check_texts (self->values, error);
}
