/* tally-overview-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-overview-page.h"

#include "tally-collection.h"
#include "tally-overview.h"
#include "widgets/tally-card.h"
#include "widgets/tally-phase-stepper.h"

#include <adwaita.h>

/* Ages are said in minutes; twice a minute keeps them true. */
#define TICK_SECONDS 30

/**
 * TallyOverviewPage:
 *
 * The first page: shows a TallyOverview.
 */
struct _TallyOverviewPage
{
  AdwBin         parent_instance;

  TallyOverview *overview;        /* owned, nullable */
  GSignalGroup  *signals;         /* owned */
  guint          tick;

  GtkWidget     *state_icon;
  GtkListBox    *collections;
};

enum
{
  PROP_0,
  PROP_OVERVIEW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyOverviewPage, tally_overview_page, ADW_TYPE_BIN)

/* What a binding cannot set: style classes. */
static void
update_state (TallyOverviewPage *self)
{
  g_autofree char *style = NULL;
  const char *icon_classes[] = { "state-icon", NULL, NULL };

  g_object_get (self->overview, "style", &style, NULL);
  icon_classes[1] = style;
  gtk_widget_set_css_classes (self->state_icon, icon_classes);
}

static gboolean
has_text_cb (TallyOverviewPage *self,
             const char        *text)
{
  return text != NULL && *text != '\0';
}

/* The action changes with the state, target and all. */
static void
action_clicked_cb (TallyOverviewPage *self)
{
  g_autofree char *detailed = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  g_object_get (self->overview, "action-name", &detailed, NULL);
  if (g_action_parse_detailed_name (detailed, &name, &target, NULL))
    gtk_widget_activate_action_variant (GTK_WIDGET (self), name, target);
}

static GtkWidget *
create_collection_row (gpointer item,
                       gpointer user_data)
{
  TallyCollection *collection = item;
  GtkWidget *row = adw_action_row_new ();
  const char *name = tally_collection_get_name (collection);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  g_object_bind_property (collection, "summary", row, "subtitle", G_BINDING_SYNC_CREATE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-collection");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", name);

  return row;
}

static gboolean
tick_cb (gpointer user_data)
{
  TallyOverviewPage *self = user_data;

  if (self->overview != NULL)
    tally_overview_tick (self->overview);

  return G_SOURCE_CONTINUE;
}

static void
set_overview (TallyOverviewPage *self,
              TallyOverview     *overview)
{
  if (!g_set_object (&self->overview, overview))
    return;

  g_signal_group_set_target (self->signals, overview);
  if (overview != NULL)
    {
      gtk_list_box_bind_model (self->collections, tally_overview_get_collections (overview),
                               create_collection_row, NULL, NULL);
      update_state (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVERVIEW]);
}

static void
tally_overview_page_dispose (GObject *object)
{
  TallyOverviewPage *self = TALLY_OVERVIEW_PAGE (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_OVERVIEW_PAGE);
  g_clear_object (&self->signals);
  g_clear_object (&self->overview);

  G_OBJECT_CLASS (tally_overview_page_parent_class)->dispose (object);
}

static void
tally_overview_page_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  if (prop_id == PROP_OVERVIEW)
    g_value_set_object (value, TALLY_OVERVIEW_PAGE (object)->overview);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_overview_page_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  if (prop_id == PROP_OVERVIEW)
    set_overview (TALLY_OVERVIEW_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_overview_page_class_init (TallyOverviewPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_overview_page_dispose;
  object_class->get_property = tally_overview_page_get_property;
  object_class->set_property = tally_overview_page_set_property;

  properties[PROP_OVERVIEW] =
    g_param_spec_object ("overview", NULL, NULL, TALLY_TYPE_OVERVIEW,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (TALLY_TYPE_CARD);
  g_type_ensure (TALLY_TYPE_PHASE_STEPPER);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/pages/tally-overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyOverviewPage, state_icon);
  gtk_widget_class_bind_template_child (widget_class, TallyOverviewPage, collections);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, action_clicked_cb);
}

static void
tally_overview_page_init (TallyOverviewPage *self)
{
  self->signals = g_signal_group_new (TALLY_TYPE_OVERVIEW);
  g_signal_group_connect_swapped (self->signals, "notify::style", G_CALLBACK (update_state),
                                  self);
  self->tick = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
}
