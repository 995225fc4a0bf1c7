/* tally-deletions-dialog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-deletions-dialog.h"

/**
 * TallyDeletionsDialog:
 *
 * Asks whether so many deletions were meant. What is safe stands first and is the default.
 */
struct _TallyDeletionsDialog
{
  AdwWindow       parent_instance;

  TallyDeletions *deletions;   /* owned, nullable */
  GtkWidget      *keep;
};

enum
{
  PROP_0,
  PROP_DELETIONS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyDeletionsDialog, tally_deletions_dialog, ADW_TYPE_WINDOW)

static void
question_cb (TallyDeletionsDialog *self)
{
  g_autofree char *question = NULL;

  g_object_get (self->deletions, "question", &question, NULL);
  if (*question == '\0')
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }

  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (self->keep);
}

static void
keep_cb (TallyDeletionsDialog *self)
{
  tally_deletions_answer (self->deletions, TRUE);
}

static void
confirm_cb (TallyDeletionsDialog *self)
{
  tally_deletions_answer (self->deletions, FALSE);
}

static gboolean
has_text_cb (TallyDeletionsDialog *self,
             const char           *text)
{
  return text != NULL && *text != '\0';
}

static void
tally_deletions_dialog_dispose (GObject *object)
{
  TallyDeletionsDialog *self = TALLY_DELETIONS_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_DELETIONS_DIALOG);
  g_clear_object (&self->deletions);

  G_OBJECT_CLASS (tally_deletions_dialog_parent_class)->dispose (object);
}

static void
tally_deletions_dialog_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  if (prop_id == PROP_DELETIONS)
    g_value_set_object (value, TALLY_DELETIONS_DIALOG (object)->deletions);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_deletions_dialog_class_init (TallyDeletionsDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_deletions_dialog_dispose;
  object_class->get_property = tally_deletions_dialog_get_property;

  properties[PROP_DELETIONS] =
    g_param_spec_object ("deletions", NULL, NULL, TALLY_TYPE_DELETIONS,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-deletions-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyDeletionsDialog, keep);
  gtk_widget_class_bind_template_callback (widget_class, keep_cb);
  gtk_widget_class_bind_template_callback (widget_class, confirm_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tally_deletions_dialog_init (TallyDeletionsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tally_deletions_dialog_present (GtkWindow    *parent,
                                TallyBusSync *sync)
{
  TallyDeletionsDialog *self = g_object_new (TALLY_TYPE_DELETIONS_DIALOG,
                                             "transient-for", parent, NULL);

  self->deletions = tally_deletions_new (sync);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DELETIONS]);
  g_signal_connect_object (self->deletions, "notify::question", G_CALLBACK (question_cb), self,
                           G_CONNECT_SWAPPED);
  tally_deletions_load (self->deletions);
}
