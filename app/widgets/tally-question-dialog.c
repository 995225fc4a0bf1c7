/* tally-undo-dialog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-undo-dialog.h"

/**
 * TallyUndoDialog:
 *
 * Shows what a run changed here, and undoes it. Nothing happens by the Enter key alone.
 */
struct _TallyUndoDialog
{
  AdwWindow  parent_instance;

  TallyUndo *undo;      /* owned, nullable */
  GtkWidget *earlier;
};

enum
{
  PROP_0,
  PROP_UNDO,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyUndoDialog, tally_undo_dialog, ADW_TYPE_WINDOW)

static void
question_cb (TallyUndoDialog *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self)))
    return;

  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (self->earlier);
}

static void
earlier_cb (TallyUndoDialog *self)
{
  tally_undo_earlier (self->undo);
}

static void
undo_cb (TallyUndoDialog *self)
{
  tally_undo_undo (self->undo);
}

static gboolean
has_text_cb (TallyUndoDialog *self,
             const char      *text)
{
  return text != NULL && *text != '\0';
}

static void
tally_undo_dialog_dispose (GObject *object)
{
  TallyUndoDialog *self = TALLY_UNDO_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_UNDO_DIALOG);
  g_clear_object (&self->undo);

  G_OBJECT_CLASS (tally_undo_dialog_parent_class)->dispose (object);
}

static void
tally_undo_dialog_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (prop_id == PROP_UNDO)
    g_value_set_object (value, TALLY_UNDO_DIALOG (object)->undo);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_undo_dialog_class_init (TallyUndoDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_undo_dialog_dispose;
  object_class->get_property = tally_undo_dialog_get_property;

  properties[PROP_UNDO] =
    g_param_spec_object ("undo", NULL, NULL, TALLY_TYPE_UNDO,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-undo-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyUndoDialog, earlier);
  gtk_widget_class_bind_template_callback (widget_class, earlier_cb);
  gtk_widget_class_bind_template_callback (widget_class, undo_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tally_undo_dialog_init (TallyUndoDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tally_undo_dialog_present (GtkWindow    *parent,
                           TallyBusSync *sync)
{
  TallyUndoDialog *self = g_object_new (TALLY_TYPE_UNDO_DIALOG, "transient-for", parent, NULL);

  self->undo = tally_undo_new (sync);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNDO]);
  g_signal_connect_object (self->undo, "notify::question", G_CALLBACK (question_cb), self,
                           G_CONNECT_SWAPPED);
  tally_undo_load (self->undo);
}
