/* tally-health-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-health-page.h"

#include "tally-health-report.h"
#include "widgets/tally-card.h"

/**
 * TallyHealthPage:
 *
 * Shows a TallyHealthReport; asks for it anew whenever it comes into sight.
 */
struct _TallyHealthPage
{
  AdwBin             parent_instance;

  TallyHealthReport *report;     /* owned, nullable */
  GBinding          *binding;    /* owned by both ends, nullable */

  GtkDropDown       *period;
  GtkListBox        *errors;
};

enum
{
  PROP_0,
  PROP_REPORT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyHealthPage, tally_health_page, ADW_TYPE_BIN)

static gboolean
has_text_cb (TallyHealthPage *self,
             const char      *text)
{
  return text != NULL && *text != '\0';
}

static GtkWidget *
create_error_row (gpointer item,
                  gpointer user_data)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), gtk_string_object_get_string (item));

  return row;
}

static void
set_report (TallyHealthPage   *self,
            TallyHealthReport *report)
{
  g_autoptr (GListModel) errors = NULL;

  if (report == self->report)
    return;

  g_clear_pointer (&self->binding, g_binding_unbind);
  g_set_object (&self->report, report);
  if (report != NULL)
    {
      self->binding = g_object_bind_property (report, "period", self->period, "selected",
                                              G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
      g_object_get (report, "errors", &errors, NULL);
    }
  gtk_list_box_bind_model (self->errors, errors, create_error_row, NULL, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REPORT]);
}

static void
tally_health_page_map (GtkWidget *widget)
{
  TallyHealthPage *self = TALLY_HEALTH_PAGE (widget);

  GTK_WIDGET_CLASS (tally_health_page_parent_class)->map (widget);
  if (self->report != NULL)
    tally_health_report_refresh (self->report);
}

static gboolean
tally_health_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (TALLY_HEALTH_PAGE (widget)->period));
}

static void
tally_health_page_dispose (GObject *object)
{
  TallyHealthPage *self = TALLY_HEALTH_PAGE (object);

  g_clear_pointer (&self->binding, g_binding_unbind);
  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_HEALTH_PAGE);
  g_clear_object (&self->report);

  G_OBJECT_CLASS (tally_health_page_parent_class)->dispose (object);
}

static void
tally_health_page_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (prop_id == PROP_REPORT)
    g_value_set_object (value, TALLY_HEALTH_PAGE (object)->report);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_health_page_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  if (prop_id == PROP_REPORT)
    set_report (TALLY_HEALTH_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_health_page_class_init (TallyHealthPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_health_page_dispose;
  object_class->get_property = tally_health_page_get_property;
  object_class->set_property = tally_health_page_set_property;
  widget_class->grab_focus = tally_health_page_grab_focus;
  widget_class->map = tally_health_page_map;

  properties[PROP_REPORT] =
    g_param_spec_object ("report", NULL, NULL, TALLY_TYPE_HEALTH_REPORT,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (TALLY_TYPE_CARD);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/pages/tally-health-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyHealthPage, period);
  gtk_widget_class_bind_template_child (widget_class, TallyHealthPage, errors);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
}

static void
tally_health_page_init (TallyHealthPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
