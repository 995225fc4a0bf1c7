/* tally-card.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-card.h"


/**
 * TallyCard:
 *
 * One figure of the Overview: what it is, its value, a line about it. With an "open" action it
 * can be activated and leads to its rows.
 */
struct _TallyCard
{
  GtkFlowBoxChild  parent_instance;

  char            *title;
  char            *value;
  char            *detail;
  char            *icon_name;
  char            *open;        /* nullable; detailed action name */
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_VALUE,
  PROP_DETAIL,
  PROP_ICON_NAME,
  PROP_OPEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyCard, tally_card, GTK_TYPE_FLOW_BOX_CHILD)

static char **
find_text (TallyCard *self,
           guint      prop_id)
{
  switch (prop_id)
    {
    case PROP_TITLE:
      return &self->title;
    case PROP_VALUE:
      return &self->value;
    case PROP_DETAIL:
      return &self->detail;
    case PROP_ICON_NAME:
      return &self->icon_name;
    case PROP_OPEN:
      return &self->open;
    default:
      return NULL;
    }
}

static void
update_label (TallyCard *self)
{
  g_autofree char *label = NULL;

  label = g_strdup_printf ("%s: %s. %s",
                           self->title != NULL ? self->title : "",
                           self->value != NULL ? self->value : "",
                           self->detail != NULL ? self->detail : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
tally_card_activate (GtkFlowBoxChild *child)
{
  TallyCard *self = TALLY_CARD (child);
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  if (self->open != NULL && g_action_parse_detailed_name (self->open, &name, &target, NULL))
    gtk_widget_activate_action_variant (GTK_WIDGET (self), name, target);
}

/* The keyboard activates the card, the pointer the box around it. */
static void
clicked_cb (TallyCard *self)
{
  gtk_widget_activate (GTK_WIDGET (self));
}

static void
tally_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TALLY_TYPE_CARD);

  G_OBJECT_CLASS (tally_card_parent_class)->dispose (object);
}

static void
tally_card_finalize (GObject *object)
{
  TallyCard *self = TALLY_CARD (object);

  for (guint i = 1; i < N_PROPS; i++)
    g_clear_pointer (find_text (self, i), g_free);

  G_OBJECT_CLASS (tally_card_parent_class)->finalize (object);
}

static void
tally_card_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  char **text = find_text (TALLY_CARD (object), prop_id);

  if (text != NULL)
    g_value_set_string (value, *text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_card_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  TallyCard *self = TALLY_CARD (object);
  char **text = find_text (self, prop_id);

  if (text == NULL)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  if (g_strcmp0 (*text, g_value_get_string (value)) == 0)
    return;

  g_free (*text);
  *text = g_value_dup_string (value);
  if (prop_id == PROP_OPEN && self->open != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "activatable");
  update_label (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
tally_card_class_init (TallyCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_card_dispose;
  object_class->finalize = tally_card_finalize;
  object_class->get_property = tally_card_get_property;
  object_class->set_property = tally_card_set_property;
  GTK_FLOW_BOX_CHILD_CLASS (klass)->activate = tally_card_activate;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_VALUE] = g_param_spec_string ("value", NULL, NULL, NULL, flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  properties[PROP_OPEN] = g_param_spec_string ("open", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-card.ui");
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
tally_card_init (TallyCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
