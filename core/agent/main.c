/* main.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-agent"

#include "agent/tally-agent.h"

#include "config.h"
#include "service/tally-service-thread.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The command line as it came. */
typedef struct
{
  char     *store;           /* owned, nullable */
  char     *server;          /* owned, nullable */
  char     *user;            /* owned, nullable */
  char     *password_file;   /* owned, nullable */
  gboolean  no_bus;
  int       interval;        /* seconds; -1: the default */
  gboolean  version;
} Arguments;

static void
arguments_clear (Arguments *self)
{
  g_free (self->store);
  g_free (self->server);
  g_free (self->user);
  g_free (self->password_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (Arguments   *self,
       int         *argc,
       char      ***argv,
       GError     **error)
{
  const GOptionEntry entries[] = {
    { "store", 0, 0, G_OPTION_ARG_FILENAME, &self->store,
      N_("The store to keep in agreement with its server"), N_("FILE") },
    { "server", 0, 0, G_OPTION_ARG_STRING, &self->server,
      N_("The server’s database; needed the first time"), N_("URL") },
    { "user", 0, 0, G_OPTION_ARG_STRING, &self->user,
      N_("The user at the server"), N_("NAME") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &self->password_file,
      N_("The password is the first line of this file (else TALLY_PASSWORD)"), N_("FILE") },
    { "no-bus", 0, 0, G_OPTION_ARG_NONE, &self->no_bus,
      N_("Stay off the session bus"), NULL },
    { "interval", 0, 0, G_OPTION_ARG_INT, &self->interval,
      N_("Run at least so often; 0: only when something happened"), N_("SECONDS") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version,
      N_("Show the version and end"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                _("Keeps a store and a server in agreement, in the background."));
  g_option_context_set_description (context,
                                    _("Exit codes: 0 ended as asked, 1 failed, 2 wrong arguments, "
                                      "3 another process holds the store."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                   _("“%s” means nothing here."), (*argv)[1]);
      return FALSE;
    }

  return TRUE;
}

/* NULL without an error: none was given. */
static char *
read_password (const Arguments  *arguments,
               GError          **error)
{
  g_autofree char *text = NULL;

  if (arguments->password_file == NULL)
    return g_strdup (g_getenv ("TALLY_PASSWORD"));
  if (!g_file_get_contents (arguments->password_file, &text, NULL, error))
    return NULL;

  text[strcspn (text, "\r\n")] = '\0';

  return g_steal_pointer (&text);
}

static int
run (const Arguments *arguments,
     const char      *password)
{
  g_autoptr (TallyAgent) agent = NULL;
  g_autofree char *path = NULL;
  TallyScheduleRule rule = tally_schedule_rule_default;
  TallyAgentOptions options = { 0 };

  path = arguments->store != NULL ? g_strdup (arguments->store)
                                  : tally_service_dup_default_path ();
  if (arguments->interval >= 0)
    rule.interval_us = (gint64) arguments->interval * G_USEC_PER_SEC;

  options.service.store_path = path;
  options.service.user = arguments->user;
  options.service.password = password;
  options.service.scheduler = TRUE;
  options.service.rule = &rule;
  options.url = arguments->server;
  options.no_bus = arguments->no_bus;
  agent = tally_agent_new (&options);

  return tally_agent_run (agent);
}

int
main (int   argc,
      char *argv[])
{
  g_auto (Arguments) arguments = { .interval = -1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *password = NULL;
  const struct rlimit no_core = { 0, 0 };

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* A password is in memory: no core is dumped. */
  setrlimit (RLIMIT_CORE, &no_core);

  if (!parse (&arguments, &argc, &argv, &error))
    {
      g_printerr ("tallystick-agent: %s\n", error->message);
      return TALLY_AGENT_USAGE;
    }
  if (arguments.version)
    {
      g_print ("tallystick-agent %s\n", TALLY_VERSION);
      return TALLY_AGENT_OK;
    }

  password = read_password (&arguments, &error);
  g_unsetenv ("TALLY_PASSWORD");
  if (error != NULL)
    {
      g_printerr ("tallystick-agent: %s\n", error->message);
      return TALLY_AGENT_USAGE;
    }

  return run (&arguments, password);
}
