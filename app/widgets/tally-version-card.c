/* tally-version-card.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-version-card.h"

#include "tally-json-view.h"

/**
 * TallyVersionCard:
 *
 * One whole version of a record with its text, to be taken or left.
 */
struct _TallyVersionCard
{
  GtkFlowBoxChild         parent_instance;

  TallyResolution        *resolution;    /* owned */
  TallyResolutionVersion *version;       /* owned */

  GtkWidget              *button;
};

enum
{
  PROP_0,
  PROP_VERSION,
  PROP_TAKE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyVersionCard, tally_version_card, GTK_TYPE_FLOW_BOX_CHILD)

static void
take_changed_cb (TallyVersionCard *self)
{
  gboolean chosen = g_strcmp0 (tally_resolution_get_take (self->resolution),
                               tally_resolution_version_get_take (self->version)) == 0;

  if (chosen)
    gtk_widget_add_css_class (GTK_WIDGET (self), "chosen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "chosen");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAKE]);
}

static void
tally_version_card_activate (GtkFlowBoxChild *child)
{
  TallyVersionCard *self = TALLY_VERSION_CARD (child);

  tally_resolution_take (self->resolution, tally_resolution_version_get_take (self->version));
}

static void
tally_version_card_dispose (GObject *object)
{
  TallyVersionCard *self = TALLY_VERSION_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_VERSION_CARD);
  g_clear_object (&self->resolution);
  g_clear_object (&self->version);

  G_OBJECT_CLASS (tally_version_card_parent_class)->dispose (object);
}

static void
tally_version_card_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TallyVersionCard *self = TALLY_VERSION_CARD (object);
  const char *take;

  switch (prop_id)
    {
    case PROP_VERSION:
      g_value_set_object (value, self->version);
      break;
    case PROP_TAKE:
      /* An action's state is never nothing. */
      take = self->resolution != NULL ? tally_resolution_get_take (self->resolution) : NULL;
      g_value_set_string (value, take != NULL ? take : "");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_version_card_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TallyVersionCard *self = TALLY_VERSION_CARD (object);

  switch (prop_id)
    {
    case PROP_TAKE:
      if (self->resolution != NULL)
        tally_resolution_take (self->resolution, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_version_card_class_init (TallyVersionCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_version_card_dispose;
  object_class->get_property = tally_version_card_get_property;
  object_class->set_property = tally_version_card_set_property;
  GTK_FLOW_BOX_CHILD_CLASS (klass)->activate = tally_version_card_activate;

  properties[PROP_VERSION] =
    g_param_spec_object ("version", NULL, NULL, TALLY_TYPE_RESOLUTION_VERSION, flags);
  properties[PROP_TAKE] =
    g_param_spec_string ("take", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_property_action (widget_class, "version.take", "take");

  g_type_ensure (TALLY_TYPE_JSON_VIEW);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-version-card.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyVersionCard, button);
}

static void
tally_version_card_init (TallyVersionCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

TallyVersionCard *
tally_version_card_new (TallyResolution        *resolution,
                        TallyResolutionVersion *version)
{
  TallyVersionCard *self = g_object_new (TALLY_TYPE_VERSION_CARD, NULL);

  self->resolution = g_object_ref (resolution);
  self->version = g_object_ref (version);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->button), "s",
                                    tally_resolution_version_get_take (version));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  tally_resolution_version_get_title (version), -1);
  g_signal_connect_object (resolution, "notify::take", G_CALLBACK (take_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VERSION]);
  take_changed_cb (self);

  return self;
}
