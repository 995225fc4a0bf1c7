/* tally-application.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-application.h"

#include "tally-session.h"
#include "widgets/tally-window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

/**
 * TallyApplication:
 *
 * The program `tallystick`: one window onto one holder of a store. Knows the command line, the
 * accelerators and About. Main thread.
 */
struct _TallyApplication
{
  AdwApplication parent_instance;

  char         *store;      /* nullable; option */
  char         *address;    /* nullable; option */

  TallySession *session;    /* owned, nullable until activated */
};

G_DEFINE_FINAL_TYPE (TallyApplication, tally_application, ADW_TYPE_APPLICATION)

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  GtkApplication *application = GTK_APPLICATION (user_data);

  adw_show_about_window (gtk_application_get_active_window (application),
                         "application-name", "Tallystick",
                         "application-icon", APPLICATION_ID,
                         "version", TALLY_VERSION,
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "developer-name", _("The Tallystick Authors"),
                         "comments", _("Keeps a local store and a server in agreement, shows how "
                                       "well they match, and helps to settle where they do not."),
                         NULL);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_application_quit (G_APPLICATION (user_data));
}

/* An orderly end on a signal too, so that what watches for leaks sees a whole run. */
static gboolean
signal_cb (gpointer user_data)
{
  g_application_quit (G_APPLICATION (user_data));

  return G_SOURCE_CONTINUE;
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = about_cb },
  { .name = "quit", .activate = quit_cb },
};

static void
tally_application_startup (GApplication *application)
{
  static const struct { const char *action; const char *accels[2]; } accels[] = {
    { "app.quit", { "<Control>q", NULL } },
    { "win.sync-now", { "F5", NULL } },
    { "win.show-outbox", { "<Control>o", NULL } },
    { "win.plan", { "<Shift>F5", NULL } },
    { "win.show-page::overview", { "<Control>1", NULL } },
    { "win.show-page::records", { "<Control>2", NULL } },
    { "win.show-page::conflicts", { "<Control>3", NULL } },
    { "win.show-page::health", { "<Control>4", NULL } },
    { "win.search", { "<Control>f", NULL } },
    { "win.show-help-overlay", { "<Control>question", NULL } },
    { "window.close", { "<Control>w", NULL } },
  };

  G_APPLICATION_CLASS (tally_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (APPLICATION_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accels[i].action,
                                           accels[i].accels);
  g_unix_signal_add (SIGTERM, signal_cb, application);
  g_unix_signal_add (SIGINT, signal_cb, application);
}

static void
tally_application_activate (GApplication *application)
{
  TallyApplication *self = TALLY_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    {
      self->session = tally_session_new (self->store, self->address);
      window = GTK_WINDOW (tally_window_new (ADW_APPLICATION (application), self->session));
      tally_session_connect (self->session);
    }

  gtk_window_present (window);
}

/* A window onto a certain store is its own program: the one that runs may show another. */
static int
tally_application_handle_local_options (GApplication *application,
                                        GVariantDict *options)
{
  TallyApplication *self = TALLY_APPLICATION (application);

  g_variant_dict_lookup (options, "store", "^ay", &self->store);
  g_variant_dict_lookup (options, "socket", "s", &self->address);
  if (self->store != NULL || self->address != NULL)
    g_application_set_flags (application,
                             g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);

  return -1;
}

static void
tally_application_finalize (GObject *object)
{
  TallyApplication *self = TALLY_APPLICATION (object);

  g_clear_pointer (&self->store, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (tally_application_parent_class)->finalize (object);
}

static void
tally_application_class_init (TallyApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = tally_application_finalize;
  application_class->startup = tally_application_startup;
  application_class->activate = tally_application_activate;
  application_class->handle_local_options = tally_application_handle_local_options;
}

static void
tally_application_init (TallyApplication *self)
{
  static const GOptionEntry entries[] = {
    { "store", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, NULL,
      N_("Connect to whoever holds this store"), N_("FILE") },
    { "socket", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, NULL,
      N_("Connect to a holder’s private socket"), N_("ADDRESS") },
    { NULL }
  };

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

TallyApplication *
tally_application_new (void)
{
  return g_object_new (TALLY_TYPE_APPLICATION,
                       "application-id", APPLICATION_ID,
                       "flags", G_APPLICATION_DEFAULT_FLAGS,
                       "resource-base-path", "/io/github/tallystick/Tallystick",
                       NULL);
}
