/* tally-window.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-window-private.h"

#include "pages/tally-conflicts-page.h"
#include "pages/tally-health-page.h"
#include "pages/tally-overview-page.h"
#include "pages/tally-records-page.h"

#include "base/tally-system-clock.h"

#include <glib/gi18n.h>

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_OVERVIEW,
  PROP_RECORDS,
  PROP_CONFLICTS,
  PROP_HEALTH,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyWindow, tally_window, ADW_TYPE_APPLICATION_WINDOW)

static gboolean
badge_cb (GBinding     *binding,
          const GValue *from,
          GValue       *to,
          gpointer      user_data)
{
  g_value_set_boolean (to, g_value_get_uint (from) > 0);

  return TRUE;
}

/* What nobody can do without a store. */
static const char * const store_actions[] = {
  "win.sync-now", "win.compare", "win.plan", "win.pause", "win.show-outbox", "win.undo-run",
};

/* A connection came or went: the pages show another store's state, or none. */
static void
client_changed_cb (TallyWindow *self)
{
  TallyClient *client = tally_session_get_client (self->session);

  g_clear_object (&self->overview);
  g_clear_object (&self->records);
  g_clear_object (&self->conflicts);
  g_clear_object (&self->health);
  if (client != NULL)
    {
      TallyBusSync *proxy = tally_client_get_proxy (client);

      self->overview = tally_overview_new (proxy, self->clock);
      self->records = tally_records_new (client, tally_overview_get_collections (self->overview));
      self->conflicts = tally_conflicts_new (client);
      self->health = tally_health_report_new (proxy, self->clock);
      tally_overview_refresh (self->overview);
      g_object_bind_property (proxy, "conflicts", self->conflicts_tab, "badge-number",
                              G_BINDING_SYNC_CREATE);
      g_object_bind_property_full (proxy, "conflicts", self->conflicts_tab, "needs-attention",
                                   G_BINDING_SYNC_CREATE, badge_cb, NULL, NULL, NULL);
    }

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVERVIEW]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFLICTS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEALTH]);
  for (guint i = 0; i < G_N_ELEMENTS (store_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), store_actions[i], client != NULL);
}

static void
problem_cb (TallyWindow *self,
            const char  *message)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *escaped = g_markup_escape_text (message, -1);

  adw_toast_set_title (toast, escaped);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static char *
pause_icon_cb (TallyWindow *self,
               gboolean     paused)
{
  return g_strdup (paused ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
}

static char *
pause_words_cb (TallyWindow *self,
                gboolean     paused)
{
  const char *words = paused ? _("Resume Synchronization") : _("Pause Synchronization");

  /* A tooltip is no name. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);

  return g_strdup (words);
}

static void
tally_window_dispose (GObject *object)
{
  TallyWindow *self = TALLY_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_WINDOW);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->overview);
  g_clear_object (&self->records);
  g_clear_object (&self->conflicts);
  g_clear_object (&self->health);

  G_OBJECT_CLASS (tally_window_parent_class)->dispose (object);
}

static void
tally_window_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  TallyWindow *self = TALLY_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_OVERVIEW:
      g_value_set_object (value, self->overview);
      break;
    case PROP_RECORDS:
      g_value_set_object (value, self->records);
      break;
    case PROP_CONFLICTS:
      g_value_set_object (value, self->conflicts);
      break;
    case PROP_HEALTH:
      g_value_set_object (value, self->health);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_window_class_init (TallyWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_window_dispose;
  object_class->get_property = tally_window_get_property;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, TALLY_TYPE_SESSION, flags);
  properties[PROP_OVERVIEW] =
    g_param_spec_object ("overview", NULL, NULL, TALLY_TYPE_OVERVIEW, flags);
  properties[PROP_RECORDS] =
    g_param_spec_object ("records", NULL, NULL, TALLY_TYPE_RECORDS, flags);
  properties[PROP_CONFLICTS] =
    g_param_spec_object ("conflicts", NULL, NULL, TALLY_TYPE_CONFLICTS, flags);
  properties[PROP_HEALTH] =
    g_param_spec_object ("health", NULL, NULL, TALLY_TYPE_HEALTH_REPORT, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  tally_window_install_actions (widget_class);

  g_type_ensure (TALLY_TYPE_CONFLICTS_PAGE);
  g_type_ensure (TALLY_TYPE_HEALTH_PAGE);
  g_type_ensure (TALLY_TYPE_OVERVIEW_PAGE);
  g_type_ensure (TALLY_TYPE_RECORDS_PAGE);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, TallyWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, TallyWindow, conflicts_tab);
  gtk_widget_class_bind_template_child (widget_class, TallyWindow, records_page);
  gtk_widget_class_bind_template_child (widget_class, TallyWindow, pause);
  gtk_widget_class_bind_template_callback (widget_class, pause_icon_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_words_cb);
}

static void
tally_window_init (TallyWindow *self)
{
  self->clock = tally_system_clock_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tally_window_new:
 * @application: the program
 * @session: the way to the store's holder
 *
 * Returns: (transfer none): the window
 */
TallyWindow *
tally_window_new (AdwApplication *application,
                  TallySession   *session)
{
  TallyWindow *self = g_object_new (TALLY_TYPE_WINDOW, "application", application, NULL);
  g_autoptr (GtkBuilder) builder = NULL;

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::client", G_CALLBACK (client_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
  client_changed_cb (self);

  builder = gtk_builder_new_from_resource ("/io/github/tallystick/Tallystick/widgets/shortcuts.ui");
  gtk_application_window_set_help_overlay (
    GTK_APPLICATION_WINDOW (self),
    GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));

  return self;
}
