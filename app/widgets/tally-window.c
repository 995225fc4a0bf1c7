/* tally-window.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-window.h"

#include "tally-outbox-dialog.h"
#include "tally-question-dialog.h"

#include "pages/tally-conflicts-page.h"
#include "pages/tally-health-page.h"
#include "pages/tally-overview-page.h"
#include "pages/tally-records-page.h"
#include "tally-conflicts.h"
#include "tally-deletions.h"
#include "tally-health-report.h"
#include "tally-overview.h"
#include "tally-plan-only.h"
#include "tally-records.h"
#include "tally-undo.h"

#include "base/tally-system-clock.h"

#include <glib/gi18n.h>

/* A page that has nothing to focus after as many frames (a third of a second) has nothing. */
#define FOCUS_FRAMES 20

/**
 * TallyWindow:
 *
 * The main window: header, pages, and what is to be seen while nobody holds the store. Makes the
 * pages' presentation objects for each connection and offers the actions `win.*`.
 */
struct _TallyWindow
{
  AdwApplicationWindow  parent_instance;

  TallySession         *session;      /* owned */
  TallyClock           *clock;        /* owned */
  TallyOverview        *overview;     /* owned, nullable */
  TallyRecords         *records;      /* owned, nullable */
  TallyConflicts       *conflicts;    /* owned, nullable */
  TallyHealthReport    *health;       /* owned, nullable */

  AdwToastOverlay      *toasts;
  AdwViewStack         *pages;
  AdwViewStackPage     *conflicts_tab;
  GtkWidget            *records_page;
  GtkWidget            *pause;
  guint                 focus_frames;  /* to go on trying to give the page the focus */
};

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

static void
sync_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  tally_session_sync (TALLY_WINDOW (widget)->session, "checked");
}

static void
compare_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  tally_session_sync (TALLY_WINDOW (widget)->session, "compared");
}

static void
pause_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);
  gboolean paused;

  g_object_get (self->session, "paused", &paused, NULL);
  tally_session_set_paused (self->session, !paused);
}

static void
connect_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  tally_session_connect (TALLY_WINDOW (widget)->session);
}

/* A list makes its rows with the first frame that shows it: only then they can have the focus. */
static gboolean
focus_page_cb (GtkWidget     *widget,
               GdkFrameClock *frame_clock,
               gpointer       user_data)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->focus_frames > 0 &&
      !gtk_widget_grab_focus (adw_view_stack_get_visible_child (self->pages)))
    {
      self->focus_frames--;
      return G_SOURCE_CONTINUE;
    }

  self->focus_frames = 0;

  return G_SOURCE_REMOVE;
}

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->pages, g_variant_get_string (parameter, NULL));
  if (self->focus_frames == 0)
    gtk_widget_add_tick_callback (widget, focus_page_cb, NULL, NULL);
  self->focus_frames = FOCUS_FRAMES;
}

static void
show_problems_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->records != NULL)
    tally_records_show (self->records, TRUE, NULL);
  adw_view_stack_set_visible_child_name (self->pages, "records");
}

/* Each question of its own is told by the holder of the store. */
static void
ask_about (GtkWidget       *widget,
           const char      *title,
           TallyQuestion * (*question_new) (TallyBusSync *sync))
{
  TallyClient *client = tally_session_get_client (TALLY_WINDOW (widget)->session);

  if (client != NULL)
    tally_question_dialog_present (GTK_WINDOW (widget), title,
                                   question_new (tally_client_get_proxy (client)));
}

static void
review_deletions_action (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  ask_about (widget, _("Please Decide"), tally_deletions_new);
}

static void
undo_run_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  ask_about (widget, _("Undo a Run"), tally_undo_new);
}

static void
show_outbox_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);
  TallyClient *client = tally_session_get_client (self->session);

  if (client != NULL)
    tally_outbox_dialog_present (GTK_WINDOW (widget), tally_client_get_proxy (client), self->clock);
}

static void
plan_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  ask_about (widget, _("Plan"), tally_plan_only_new);
}

static void
show_collection_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->records != NULL)
    tally_records_show (self->records, FALSE, g_variant_get_string (parameter, NULL));
  adw_view_stack_set_visible_child_name (self->pages, "records");
}

static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->pages, "records");
  gtk_widget_grab_focus (self->records_page);
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
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.sync-now", NULL, sync_action);
  gtk_widget_class_install_action (widget_class, "win.compare", NULL, compare_action);
  gtk_widget_class_install_action (widget_class, "win.show-outbox", NULL, show_outbox_action);
  gtk_widget_class_install_action (widget_class, "win.plan", NULL, plan_action);
  gtk_widget_class_install_action (widget_class, "win.pause", NULL, pause_action);
  gtk_widget_class_install_action (widget_class, "win.connect", NULL, connect_action);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "win.show-problems", NULL, show_problems_action);
  gtk_widget_class_install_action (widget_class, "win.review-deletions", NULL,
                                   review_deletions_action);
  gtk_widget_class_install_action (widget_class, "win.undo-run", NULL, undo_run_action);
  gtk_widget_class_install_action (widget_class, "win.show-collection", "s",
                                   show_collection_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
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

  install_actions (widget_class);

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
