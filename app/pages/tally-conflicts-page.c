/* tally-conflicts-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-conflicts-page.h"

#include "tally-conflicts.h"
#include "widgets/tally-conflict-row.h"
#include "widgets/tally-resolver.h"

#include <adwaita.h>

/**
 * TallyConflictsPage:
 *
 * The queue beside the resolver: shows a TallyConflicts.
 */
struct _TallyConflictsPage
{
  AdwBin              parent_instance;

  TallyConflicts     *conflicts;     /* owned, nullable */
  GSignalGroup       *signals;       /* owned */

  AdwLeaflet         *leaflet;
  GtkSingleSelection *selection;
  GtkWidget          *list;
  GtkWidget          *resolver;
};

enum
{
  PROP_0,
  PROP_CONFLICTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyConflictsPage, tally_conflicts_page, ADW_TYPE_BIN)

static void
selected_cb (TallyConflictsPage *self)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  if (self->conflicts != NULL && selected != GTK_INVALID_LIST_POSITION)
    tally_conflicts_select (self->conflicts, selected);
}

static void
activate_cb (TallyConflictsPage *self,
             guint               position)
{
  gtk_single_selection_set_selected (self->selection, position);
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
  gtk_widget_grab_focus (self->resolver);
}

static void
back_cb (TallyConflictsPage *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

/* The queue moves on by itself: the list shows where it stands. */
static void
current_cb (TallyConflictsPage *self)
{
  gtk_single_selection_set_selected (self->selection,
                                     tally_conflicts_get_selected (self->conflicts));
}

static char *
content_cb (TallyConflictsPage *self,
            gboolean            empty)
{
  return g_strdup (empty ? "empty" : "queue");
}

static char *
detail_cb (TallyConflictsPage *self,
           TallyResolution    *current)
{
  return g_strdup (current != NULL ? "resolver" : "none");
}

static void
set_conflicts (TallyConflictsPage *self,
               TallyConflicts     *conflicts)
{
  if (!g_set_object (&self->conflicts, conflicts))
    return;

  g_signal_group_set_target (self->signals, conflicts);
  gtk_single_selection_set_model (self->selection,
                                  conflicts != NULL ? tally_conflicts_get_model (conflicts)
                                                    : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFLICTS]);
}

static gboolean
tally_conflicts_page_grab_focus (GtkWidget *widget)
{
  GtkWidget *list = TALLY_CONFLICTS_PAGE (widget)->list;

  /* A list that was empty at first does not know by itself where its focus belongs. */
  return gtk_widget_get_focus_child (list) != NULL ||
         gtk_widget_child_focus (list, GTK_DIR_TAB_FORWARD);
}

static void
tally_conflicts_page_dispose (GObject *object)
{
  TallyConflictsPage *self = TALLY_CONFLICTS_PAGE (object);

  g_clear_object (&self->signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_CONFLICTS_PAGE);
  g_clear_object (&self->conflicts);

  G_OBJECT_CLASS (tally_conflicts_page_parent_class)->dispose (object);
}

static void
tally_conflicts_page_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  if (prop_id == PROP_CONFLICTS)
    g_value_set_object (value, TALLY_CONFLICTS_PAGE (object)->conflicts);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_conflicts_page_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  if (prop_id == PROP_CONFLICTS)
    set_conflicts (TALLY_CONFLICTS_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_conflicts_page_class_init (TallyConflictsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_conflicts_page_dispose;
  object_class->get_property = tally_conflicts_page_get_property;
  object_class->set_property = tally_conflicts_page_set_property;
  widget_class->grab_focus = tally_conflicts_page_grab_focus;

  properties[PROP_CONFLICTS] =
    g_param_spec_object ("conflicts", NULL, NULL, TALLY_TYPE_CONFLICTS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (TALLY_TYPE_CONFLICT_ROW);
  g_type_ensure (TALLY_TYPE_RESOLVER);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/pages/tally-conflicts-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyConflictsPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, TallyConflictsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, TallyConflictsPage, list);
  gtk_widget_class_bind_template_child (widget_class, TallyConflictsPage, resolver);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
  gtk_widget_class_bind_template_callback (widget_class, content_cb);
  gtk_widget_class_bind_template_callback (widget_class, detail_cb);
}

static void
tally_conflicts_page_init (TallyConflictsPage *self)
{
  self->signals = g_signal_group_new (TALLY_TYPE_CONFLICTS);
  g_signal_group_connect_swapped (self->signals, "notify::selected", G_CALLBACK (current_cb), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}
