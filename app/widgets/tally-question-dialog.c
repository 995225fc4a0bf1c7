/* tally-question-dialog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-question-dialog.h"

/**
 * TallyQuestionDialog:
 *
 * Shows a TallyQuestion, its records and its two answers. The first answer is the harmless one and
 * has the focus; nothing destructive happens by the Enter key alone.
 */
struct _TallyQuestionDialog
{
  AdwWindow      parent_instance;

  TallyQuestion *question;      /* owned, nullable */
  GtkWidget     *first;
  GtkWidget     *second;
  GtkWidget     *option;
};

enum
{
  PROP_0,
  PROP_QUESTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyQuestionDialog, tally_question_dialog, ADW_TYPE_WINDOW)

static void
question_cb (TallyQuestionDialog *self)
{
  g_autofree char *question = NULL;

  g_object_get (self->question, "question", &question, NULL);
  if (*question == '\0')
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  if (gtk_widget_get_visible (GTK_WIDGET (self)))
    return;

  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (self->first);
}

/* What a binding cannot set: style classes. */
static void
set_class (GtkWidget  *button,
           const char *style)
{
  const char *classes[] = { "text-button", style, NULL };

  gtk_widget_set_css_classes (button, classes);
}

static void
class_cb (TallyQuestionDialog *self)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_object_get (self->question, "first-class", &first, "second-class", &second, NULL);
  set_class (self->first, *first != '\0' ? first : NULL);
  set_class (self->second, *second != '\0' ? second : NULL);
}

static void
first_cb (TallyQuestionDialog *self)
{
  tally_question_answer (self->question, TALLY_ANSWER_FIRST);
}

static void
second_cb (TallyQuestionDialog *self)
{
  tally_question_answer (self->question, TALLY_ANSWER_SECOND);
}

static void
option_cb (TallyQuestionDialog *self)
{
  g_object_set (self->question, "ticked",
                gtk_check_button_get_active (GTK_CHECK_BUTTON (self->option)), NULL);
}

static gboolean
has_text_cb (TallyQuestionDialog *self,
             const char          *text)
{
  return text != NULL && *text != '\0';
}

static void
tally_question_dialog_dispose (GObject *object)
{
  TallyQuestionDialog *self = TALLY_QUESTION_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_QUESTION_DIALOG);
  g_clear_object (&self->question);

  G_OBJECT_CLASS (tally_question_dialog_parent_class)->dispose (object);
}

static void
tally_question_dialog_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  if (prop_id == PROP_QUESTION)
    g_value_set_object (value, TALLY_QUESTION_DIALOG (object)->question);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_question_dialog_class_init (TallyQuestionDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_question_dialog_dispose;
  object_class->get_property = tally_question_dialog_get_property;

  properties[PROP_QUESTION] =
    g_param_spec_object ("question", NULL, NULL, TALLY_TYPE_QUESTION,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-question-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyQuestionDialog, first);
  gtk_widget_class_bind_template_child (widget_class, TallyQuestionDialog, second);
  gtk_widget_class_bind_template_child (widget_class, TallyQuestionDialog, option);
  gtk_widget_class_bind_template_callback (widget_class, option_cb);
  gtk_widget_class_bind_template_callback (widget_class, first_cb);
  gtk_widget_class_bind_template_callback (widget_class, second_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tally_question_dialog_init (TallyQuestionDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tally_question_dialog_present (GtkWindow     *parent,
                               const char    *title,
                               TallyQuestion *question)
{
  TallyQuestionDialog *self = g_object_new (TALLY_TYPE_QUESTION_DIALOG,
                                            "transient-for", parent, "title", title, NULL);

  self->question = question;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
  g_signal_connect_object (question, "notify::question", G_CALLBACK (question_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (question, "notify::first-class", G_CALLBACK (class_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (question, "notify::second-class", G_CALLBACK (class_cb), self,
                           G_CONNECT_SWAPPED);
  class_cb (self);
  tally_question_load (question);
}
