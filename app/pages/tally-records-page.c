/* tally-records-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-records-page.h"

#include "tally-records.h"
#include "widgets/tally-json-view.h"
#include "widgets/tally-record-row.h"

#include <adwaita.h>

/**
 * TallyRecordsPage:
 *
 * The list of records beside the one that is selected: shows a TallyRecords.
 */
struct _TallyRecordsPage
{
  AdwBin    parent_instance;

  TallyRecords       *records;       /* owned, nullable */

  AdwLeaflet         *leaflet;
  GtkSingleSelection *selection;
  GtkWidget          *search;
  GtkWidget          *collection;
  GtkWidget          *problems;

  GBindingGroup      *bindings;      /* owned: what can be set from both ends */
};

enum
{
  PROP_0,
  PROP_RECORDS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyRecordsPage, tally_records_page, ADW_TYPE_BIN)

static void
selected_cb (TallyRecordsPage *self)
{
  TallyRecordItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (self->records == NULL || item == NULL || !tally_record_item_is_loaded (item))
    return;

  tally_records_select (self->records, tally_record_item_get_id (item));
}

static void
activate_cb (TallyRecordsPage *self,
             guint             position)
{
  gtk_single_selection_set_selected (self->selection, position);
  selected_cb (self);
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
}

static void
back_cb (TallyRecordsPage *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

/* Where a search starts, wherever the focus was. */
static gboolean
tally_records_page_grab_focus (GtkWidget *widget)
{
  TallyRecordsPage *self = TALLY_RECORDS_PAGE (widget);

  back_cb (self);
  return gtk_widget_grab_focus (self->search);
}

static char *
detail_page_cb (TallyRecordsPage *self,
                const char       *id)
{
  return g_strdup (id != NULL ? "record" : "none");
}

static gboolean
has_text_cb (TallyRecordsPage *self,
             const char       *text)
{
  return text != NULL && *text != '\0';
}

static void
set_records (TallyRecordsPage *self,
             TallyRecords     *records)
{
  if (!g_set_object (&self->records, records))
    return;

  gtk_single_selection_set_model (self->selection,
                                  records != NULL ? tally_records_get_model (records) : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDS]);
  g_binding_group_set_source (self->bindings, records);
}

static void
tally_records_page_dispose (GObject *object)
{
  TallyRecordsPage *self = TALLY_RECORDS_PAGE (object);

  g_clear_object (&self->bindings);
  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_RECORDS_PAGE);
  g_clear_object (&self->records);

  G_OBJECT_CLASS (tally_records_page_parent_class)->dispose (object);
}

static void
tally_records_page_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  if (prop_id == PROP_RECORDS)
    g_value_set_object (value, TALLY_RECORDS_PAGE (object)->records);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_records_page_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  if (prop_id == PROP_RECORDS)
    set_records (TALLY_RECORDS_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_records_page_class_init (TallyRecordsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_records_page_dispose;
  object_class->get_property = tally_records_page_get_property;
  object_class->set_property = tally_records_page_set_property;
  widget_class->grab_focus = tally_records_page_grab_focus;

  properties[PROP_RECORDS] =
    g_param_spec_object ("records", NULL, NULL, TALLY_TYPE_RECORDS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (TALLY_TYPE_RECORD_ROW);
  g_type_ensure (TALLY_TYPE_JSON_VIEW);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/pages/tally-records-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyRecordsPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, TallyRecordsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, TallyRecordsPage, search);
  gtk_widget_class_bind_template_child (widget_class, TallyRecordsPage, collection);
  gtk_widget_class_bind_template_child (widget_class, TallyRecordsPage, problems);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
  gtk_widget_class_bind_template_callback (widget_class, detail_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
}

static void
tally_records_page_init (TallyRecordsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->bindings = g_binding_group_new ();
  g_binding_group_bind (self->bindings, "search", self->search, "text",
                        G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->bindings, "collection", self->collection, "selected",
                        G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->bindings, "problems-only", self->problems, "active",
                        G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}
