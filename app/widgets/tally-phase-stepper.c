/* tally-phase-stepper.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-phase-stepper.h"

#include "tally-wording.h"

#include <glib/gi18n.h>

static const char * const phases[] = { "validate", "prepare", "execute", "verify" };

/**
 * TallyPhaseStepper:
 *
 * The four phases of a run in their order, each done, under way or still to come, as shape and
 * word. One sentence for a screen reader.
 */
struct _TallyPhaseStepper
{
  GtkWidget  parent_instance;

  GtkWidget *steps[G_N_ELEMENTS (phases)];    /* boxes */
  GtkWidget *icons[G_N_ELEMENTS (phases)];
  char      *phase;                           /* nullable */
};

enum
{
  PROP_0,
  PROP_PHASE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyPhaseStepper, tally_phase_stepper, GTK_TYPE_WIDGET)

static int
phase_index (const char *phase)
{
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (g_strcmp0 (phases[i], phase) == 0)
      return (int) i;

  return -1;
}

static void
update_steps (TallyPhaseStepper *self)
{
  int now = phase_index (self->phase);
  g_autofree char *label = NULL;

  for (int i = 0; i < (int) G_N_ELEMENTS (phases); i++)
    {
      const char *icon = i < now ? "object-select-symbolic"
                                 : i == now ? "media-playback-start-symbolic"
                                            : "content-loading-symbolic";

      gtk_image_set_from_icon_name (GTK_IMAGE (self->icons[i]), icon);
      gtk_widget_remove_css_class (self->steps[i], "done");
      gtk_widget_remove_css_class (self->steps[i], "now");
      if (i < now)
        gtk_widget_add_css_class (self->steps[i], "done");
      else if (i == now)
        gtk_widget_add_css_class (self->steps[i], "now");
    }

  /* Translators: the phase's name, its number, number of phases */
  label = g_strdup_printf (_("Phase %s, %d of %d"), tally_wording_phase (self->phase), now + 1,
                           (int) G_N_ELEMENTS (phases));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
tally_phase_stepper_dispose (GObject *object)
{
  TallyPhaseStepper *self = TALLY_PHASE_STEPPER (object);

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    g_clear_pointer (&self->steps[i], gtk_widget_unparent);
  g_clear_pointer (&self->phase, g_free);

  G_OBJECT_CLASS (tally_phase_stepper_parent_class)->dispose (object);
}

static void
tally_phase_stepper_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  TallyPhaseStepper *self = TALLY_PHASE_STEPPER (object);

  switch (prop_id)
    {
    case PROP_PHASE:
      g_value_set_string (value, self->phase);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_phase_stepper_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  TallyPhaseStepper *self = TALLY_PHASE_STEPPER (object);

  switch (prop_id)
    {
    case PROP_PHASE:
      if (g_strcmp0 (self->phase, g_value_get_string (value)) == 0)
        return;
      g_free (self->phase);
      self->phase = g_value_dup_string (value);
      update_steps (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_phase_stepper_class_init (TallyPhaseStepperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_phase_stepper_dispose;
  object_class->get_property = tally_phase_stepper_get_property;
  object_class->set_property = tally_phase_stepper_set_property;

  properties[PROP_PHASE] =
    g_param_spec_string ("phase", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "stepper");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tally_phase_stepper_init (TallyPhaseStepper *self)
{
  GtkBoxLayout *layout = GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self)));

  gtk_box_layout_set_homogeneous (layout, TRUE);
  gtk_box_layout_set_spacing (layout, 6);
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      GtkWidget *label = gtk_label_new (tally_wording_phase (phases[i]));

      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      self->icons[i] = gtk_image_new ();
      self->steps[i] = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
      gtk_widget_add_css_class (self->steps[i], "step");
      gtk_box_append (GTK_BOX (self->steps[i]), self->icons[i]);
      gtk_box_append (GTK_BOX (self->steps[i]), label);
      gtk_widget_set_parent (self->steps[i], GTK_WIDGET (self));
    }
  update_steps (self);
}
