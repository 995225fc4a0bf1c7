/* tally-responsive-bin.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-responsive-bin.h"

/* Five columns of some twenty letters: narrower than this the columns become cards. Counted in
 * letters, so that large text folds earlier. */
#define NARROW_LETTERS 92

/**
 * TallyResponsiveBin:
 *
 * Holds one child and says by "narrow" whether it has little room. Its own least width is none, so
 * that a wide layout never keeps the window from being made small. (What newer libadwaita calls a
 * breakpoint.)
 */
struct _TallyResponsiveBin
{
  GtkWidget  parent_instance;

  GtkWidget *child;     /* owned */
  gboolean   narrow;
  gboolean   wanted;    /* what narrow becomes when the idle source runs */
  guint      idle;
};

enum
{
  PROP_0,
  PROP_CHILD,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void buildable_iface_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyResponsiveBin, tally_responsive_bin, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_iface_init))

static GtkBuildableIface *parent_buildable;

static gboolean
narrow_idle_cb (gpointer user_data)
{
  TallyResponsiveBin *self = user_data;

  self->idle = 0;
  if (self->narrow != self->wanted)
    {
      self->narrow = self->wanted;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
    }

  return G_SOURCE_REMOVE;
}

static int
narrow_width (TallyResponsiveBin *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int width = pango_font_metrics_get_approximate_char_width (metrics);

  pango_font_metrics_unref (metrics);

  return PANGO_PIXELS (width) * NARROW_LETTERS;
}

static GtkSizeRequestMode
tally_responsive_bin_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tally_responsive_bin_measure (GtkWidget      *widget,
                              GtkOrientation  orientation,
                              int             for_size,
                              int            *minimum,
                              int            *natural,
                              int            *minimum_baseline,
                              int            *natural_baseline)
{
  TallyResponsiveBin *self = TALLY_RESPONSIVE_BIN (widget);
  int child_minimum;

  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, natural, NULL,
                      NULL);
  *minimum = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    gtk_widget_measure (self->child, orientation,
                        for_size < 0 ? -1 : MAX (for_size, child_minimum),
                        minimum, natural, NULL, NULL);
}

static void
tally_responsive_bin_size_allocate (GtkWidget *widget,
                                    int        width,
                                    int        height,
                                    int        baseline)
{
  TallyResponsiveBin *self = TALLY_RESPONSIVE_BIN (widget);
  int minimum;

  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  gtk_widget_allocate (self->child, MAX (width, minimum), height, baseline, NULL);

  /* A layout must not change while it is being allocated. */
  self->wanted = width < narrow_width (self);
  if (self->wanted != self->narrow && self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, narrow_idle_cb, self, NULL);
}

static void
tally_responsive_bin_add_child (GtkBuildable *buildable,
                                GtkBuilder   *builder,
                                GObject      *child,
                                const char   *type)
{
  TallyResponsiveBin *self = TALLY_RESPONSIVE_BIN (buildable);

  if (!GTK_IS_WIDGET (child))
    {
      parent_buildable->add_child (buildable, builder, child, type);
      return;
    }

  g_assert (self->child == NULL);
  self->child = GTK_WIDGET (child);
  gtk_widget_set_parent (self->child, GTK_WIDGET (self));
}

static void
buildable_iface_init (GtkBuildableIface *iface)
{
  parent_buildable = g_type_interface_peek_parent (iface);
  iface->add_child = tally_responsive_bin_add_child;
}

static void
tally_responsive_bin_dispose (GObject *object)
{
  TallyResponsiveBin *self = TALLY_RESPONSIVE_BIN (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->child, gtk_widget_unparent);

  G_OBJECT_CLASS (tally_responsive_bin_parent_class)->dispose (object);
}

static void
tally_responsive_bin_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TallyResponsiveBin *self = TALLY_RESPONSIVE_BIN (object);

  switch (prop_id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_responsive_bin_class_init (TallyResponsiveBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_responsive_bin_dispose;
  object_class->get_property = tally_responsive_bin_get_property;
  widget_class->get_request_mode = tally_responsive_bin_get_request_mode;
  widget_class->measure = tally_responsive_bin_measure;
  widget_class->size_allocate = tally_responsive_bin_size_allocate;

  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tally_responsive_bin_init (TallyResponsiveBin *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
