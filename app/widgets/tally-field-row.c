/* tally-field-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-field-row.h"

#include "tally-value.h"

/**
 * TallyFieldRow:
 *
 * One field of the resolver: a line of five columns, or a card where there is little room. Choosing
 * goes to the resolution; the row shows what it says. One sentence for a screen reader.
 */
struct _TallyFieldRow
{
  GtkListBoxRow         parent_instance;

  TallyResolution      *resolution;    /* owned */
  TallyResolutionField *field;         /* owned */
  gboolean              narrow;
  gboolean              editing;
  char                 *message;       /* nullable: why what is typed is no value */

  GtkWidget            *entry;
};

enum
{
  PROP_0,
  PROP_FIELD,
  PROP_CHOICE,
  PROP_NARROW,
  PROP_EDITING,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyFieldRow, tally_field_row, GTK_TYPE_LIST_BOX_ROW)

static void
set_message (TallyFieldRow *self,
             const char    *message)
{
  if (g_strcmp0 (self->message, message) == 0)
    return;

  g_free (self->message);
  self->message = g_strdup (message);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                               : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (message != NULL)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
set_editing (TallyFieldRow *self,
             gboolean       editing)
{
  if (self->editing == editing)
    return;

  self->editing = editing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITING]);
  if (!editing)
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
field_changed_cb (TallyFieldRow *self)
{
  g_autofree char *spoken = tally_resolution_field_dup_spoken (self->field);
  gboolean decided = tally_resolution_field_get_choice (self->field) != TALLY_CHOICE_NONE;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  -1);
  if (decided)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "undecided");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "undecided");
  set_editing (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOICE]);
}

/* While typing; the words come from the presentation. */
static void
entry_changed_cb (TallyFieldRow *self)
{
  g_autofree char *message = NULL;

  tally_value_check (gtk_editable_get_text (GTK_EDITABLE (self->entry)), &message);
  set_message (self, message);
}

static void
entry_activate_cb (TallyFieldRow *self)
{
  g_autofree char *message = NULL;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (tally_resolution_enter (self->resolution, tally_resolution_field_get_position (self->field),
                              text, &message))
    set_editing (self, FALSE);
  else
    set_message (self, message);
}

static void
edit_cb (TallyFieldRow *self)
{
  tally_field_row_edit (self);
}

static gboolean
cancel_cb (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   user_data)
{
  TallyFieldRow *self = TALLY_FIELD_ROW (widget);

  if (!self->editing)
    return FALSE;

  set_editing (self, FALSE);

  return TRUE;
}

static GtkOrientation
orientation_cb (TallyFieldRow *self,
                gboolean       narrow)
{
  return narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;
}

static gboolean
not_cb (TallyFieldRow *self,
        gboolean       value)
{
  return !value;
}

static char *
mark_cb (TallyFieldRow *self,
         gboolean       decided)
{
  return g_strdup (decided ? "object-select-symbolic" : "dialog-warning-symbolic");
}

static gboolean
message_shown_cb (TallyFieldRow *self,
                  gboolean       editing,
                  const char    *message)
{
  return editing && message != NULL;
}

static void
tally_field_row_dispose (GObject *object)
{
  TallyFieldRow *self = TALLY_FIELD_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_FIELD_ROW);
  g_clear_object (&self->resolution);
  g_clear_object (&self->field);
  g_clear_pointer (&self->message, g_free);

  G_OBJECT_CLASS (tally_field_row_parent_class)->dispose (object);
}

static void
tally_field_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TallyFieldRow *self = TALLY_FIELD_ROW (object);

  switch (prop_id)
    {
    case PROP_FIELD:
      g_value_set_object (value, self->field);
      break;
    case PROP_CHOICE:
      g_value_set_enum (value, self->field != NULL ? tally_resolution_field_get_choice (self->field)
                                                   : TALLY_CHOICE_NONE);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_EDITING:
      g_value_set_boolean (value, self->editing);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_field_row_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  TallyFieldRow *self = TALLY_FIELD_ROW (object);

  switch (prop_id)
    {
    case PROP_CHOICE:
      if (self->field != NULL)
        tally_resolution_choose (self->resolution,
                                 tally_resolution_field_get_position (self->field),
                                 g_value_get_enum (value));
      break;
    case PROP_NARROW:
      if (self->narrow == g_value_get_boolean (value))
        return;
      self->narrow = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_field_row_class_init (TallyFieldRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_field_row_dispose;
  object_class->get_property = tally_field_row_get_property;
  object_class->set_property = tally_field_row_set_property;

  properties[PROP_FIELD] =
    g_param_spec_object ("field", NULL, NULL, TALLY_TYPE_RESOLUTION_FIELD, flags);
  properties[PROP_CHOICE] =
    g_param_spec_enum ("choice", NULL, NULL, TALLY_TYPE_CHOICE, TALLY_CHOICE_NONE,
                       flags | G_PARAM_WRITABLE);
  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[PROP_EDITING] = g_param_spec_boolean ("editing", NULL, NULL, FALSE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_property_action (widget_class, "field.choice", "choice");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, cancel_cb, NULL);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-field-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyFieldRow, entry);
  gtk_widget_class_bind_template_callback (widget_class, entry_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, orientation_cb);
  gtk_widget_class_bind_template_callback (widget_class, not_cb);
  gtk_widget_class_bind_template_callback (widget_class, mark_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_shown_cb);
}

static void
tally_field_row_init (TallyFieldRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tally_field_row_new:
 * @resolution: where choices go
 * @field: the field to show
 *
 * Returns: (transfer floating): the row
 */
TallyFieldRow *
tally_field_row_new (TallyResolution      *resolution,
                     TallyResolutionField *field)
{
  TallyFieldRow *self = g_object_new (TALLY_TYPE_FIELD_ROW, NULL);

  self->resolution = g_object_ref (resolution);
  self->field = g_object_ref (field);
  g_signal_connect_object (field, "notify::spoken", G_CALLBACK (field_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIELD]);
  field_changed_cb (self);

  return self;
}

TallyResolutionField *
tally_field_row_get_field (TallyFieldRow *self)
{
  g_return_val_if_fail (TALLY_IS_FIELD_ROW (self), NULL);

  return self->field;
}

/**
 * tally_field_row_edit:
 * @self: a row
 *
 * Starts with what the result is, or with this computer's value while there is none.
 */
void
tally_field_row_edit (TallyFieldRow *self)
{
  TallyChoice choice;
  const char *text;

  g_return_if_fail (TALLY_IS_FIELD_ROW (self));

  choice = tally_resolution_field_get_choice (self->field);
  text = tally_resolution_field_get_side (self->field,
                                          choice != TALLY_CHOICE_NONE ? choice : TALLY_CHOICE_LOCAL);
  self->editing = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITING]);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text != NULL ? text : "");
  entry_changed_cb (self);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}
