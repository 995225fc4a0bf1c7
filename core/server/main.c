/* main.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "config.h"

#include "base/tally-system-clock.h"
#include "server/tally-server-bulk.h"
#include "server/tally-server-folder.h"
#include "server/tally-server-listener.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <sys/resource.h>

/* One above the port CouchDB has, so that both can run. */
#define DEFAULT_PORT 5985

enum
{
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_PORT_IN_USE = 3,
  EXIT_FOLDER_IN_USE = 4,
};

typedef struct
{
  int      port;
  char    *host;
  char    *folder;
  gboolean version;
} Arguments;

#define DESCRIPTION \
  N_("The server keeps databases of JSON documents and speaks CouchDB's replication protocol. " \
     "It listens\non this machine only and knows no users: every program that runs here may read " \
     "and write.\n\n" \
     "The first line it prints is its address. It ends on SIGTERM or SIGINT; every answered write " \
     "is on the\ndisk by then.\n\n" \
     "Exit status:\n" \
     "  0  ended when told to\n" \
     "  1  failed\n" \
     "  2  wrong options\n" \
     "  3  the port is in use\n" \
     "  4  another server has the data folder")

static int
fail (int         status,
      const char *message)
{
  g_printerr ("tallystick-server: %s\n", message);
  return status;
}

static gboolean
read_arguments (Arguments  *arguments,
                int        *argc,
                char     ***argv,
                GError    **error)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &arguments->port,
      N_("Listen on this port (5985); 0 takes a free one"), N_("PORT") },
    { "host", 0, 0, G_OPTION_ARG_STRING, &arguments->host,
      N_("Listen on this address: 127.0.0.1 (the default) or ::1"), N_("ADDRESS") },
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &arguments->folder,
      N_("Keep the databases in this folder; it is made if there is none"), N_("DIR") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, N_("Print the version and end"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, _("A small server for tallystick"));
  g_option_context_set_description (context, gettext (DESCRIPTION));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("“%s” is not an option"),
                 (*argv)[1]);
  else if (arguments->port < 0 || arguments->port > G_MAXUINT16)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%d is not a port"),
                 arguments->port);
  else if (arguments->folder == NULL && !arguments->version)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("--data-dir DIR says where to keep the databases"));
  else
    return TRUE;

  return FALSE;
}

static int
fail_listening (const Arguments *arguments,
                const GError    *error)
{
  g_autofree char *message = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    return fail (EXIT_USAGE, error->message);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return fail (EXIT_FAILED, error->message);

  message = g_strdup_printf (_("Port %d is in use by another program. Choose another with --port, "
                               "or --port 0 for a free one"), arguments->port);
  return fail (EXIT_PORT_IN_USE, message);
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
run_loop (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint term_id = g_unix_signal_add (SIGTERM, quit_cb, loop);
  guint int_id = g_unix_signal_add (SIGINT, quit_cb, loop);

  g_main_loop_run (loop);
  g_source_remove (term_id);
  g_source_remove (int_id);
}

static int
serve (const Arguments *arguments)
{
  g_autoptr (GRand) rand = g_rand_new ();
  g_autofree char *uuid = tally_server_make_uuid (rand);
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyServerFolder) folder = NULL;
  g_autoptr (TallyClock) clock = tally_system_clock_new ();
  g_autoptr (TallyServerHandler) handler = NULL;
  g_autoptr (TallyServerListener) listener = NULL;
  g_autofree char *url = NULL;
  TallyServerOptions options = { .folder = arguments->folder };

  folder = tally_server_folder_open (arguments->folder, uuid, &error);
  if (folder == NULL)
    return fail (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) ? EXIT_FOLDER_IN_USE
                                                                      : EXIT_FAILED,
                 error->message);

  options.uuid = tally_server_folder_get_uuid (folder);
  handler = tally_server_handler_new (&options, clock, rand);
  listener = tally_server_listener_new (handler, clock);
  if (!tally_server_listener_listen (listener,
                                     arguments->host != NULL ? arguments->host : "127.0.0.1",
                                     (guint16) arguments->port, &error))
    return fail_listening (arguments, error);

  url = tally_server_listener_dup_url (listener);
  g_print ("%s\n", url);
  fflush (stdout);
  run_loop ();

  return EXIT_OK;
}

int
main (int   argc,
      char *argv[])
{
  Arguments arguments = { .port = DEFAULT_PORT };
  const struct rlimit no_core = { 0, 0 };
  g_autoptr (GError) error = NULL;
  int status = EXIT_OK;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* A core file would hold the documents. */
  setrlimit (RLIMIT_CORE, &no_core);

  if (!read_arguments (&arguments, &argc, &argv, &error))
    status = fail (EXIT_USAGE, error->message);
  else if (arguments.version)
    g_print ("tallystick-server %s\n", TALLY_VERSION);
  else
    status = serve (&arguments);

  g_free (arguments.host);
  g_free (arguments.folder);
  return status;
}
