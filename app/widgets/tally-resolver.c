/* tally-resolver.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-resolver.h"

#include "tally-conflicts.h"
#include "tally-field-row.h"
#include "tally-responsive-bin.h"
#include "tally-version-card.h"

/**
 * TallyResolver:
 *
 * The open conflict side by side: a row for each field, or a card for each version. Every key and
 * button is an action of this widget; what they do is the resolution's. Keeps the focus where the
 * next decision is.
 */
struct _TallyResolver
{
  AdwBin           parent_instance;

  TallyConflicts  *conflicts;       /* owned, nullable */
  TallyResolution *resolution;      /* owned, nullable: what the lists show */
  GSignalGroup    *queue_signals;   /* owned */
  GSignalGroup    *signals;         /* owned: of the resolution */

  GtkListBox      *fields;
  GtkFlowBox      *versions;
  GtkWidget       *bin;
};

enum
{
  PROP_0,
  PROP_CONFLICTS,
  PROP_RESOLUTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyResolver, tally_resolver, ADW_TYPE_BIN)

/* The row the keys mean: the one that has the focus, or holds what has it. */
static TallyFieldRow *
get_focus_row (TallyResolver *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  if (focus == NULL)
    return NULL;
  if (TALLY_IS_FIELD_ROW (focus))
    return TALLY_FIELD_ROW (focus);

  return TALLY_FIELD_ROW (gtk_widget_get_ancestor (focus, TALLY_TYPE_FIELD_ROW));
}

static void
focus_field (TallyResolver *self,
             guint          position)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->fields, (int) position);

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
focus_first (TallyResolver *self)
{
  guint position = 0;

  if (self->resolution == NULL)
    return;

  if (tally_resolution_is_whole (self->resolution))
    {
      /* Through the box, so that its arrow keys start from there. */
      gtk_widget_child_focus (GTK_WIDGET (self->versions), GTK_DIR_TAB_FORWARD);
      return;
    }

  tally_resolution_find_undecided (self->resolution, -1, 1, &position);
  focus_field (self, position);
}

static void
update_actions (TallyResolver *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean can_apply = FALSE;
  gboolean can_undo = FALSE;
  gboolean can_redo = FALSE;
  guint position;
  gboolean open = FALSE;

  if (self->resolution != NULL)
    {
      g_object_get (self->resolution, "can-undo", &can_undo, "can-redo", &can_redo, NULL);
      open = tally_resolution_find_undecided (self->resolution, -1, 1, &position);
    }
  if (self->conflicts != NULL)
    g_object_get (self->conflicts, "can-apply", &can_apply, NULL);

  gtk_widget_action_set_enabled (widget, "resolver.apply", can_apply);
  gtk_widget_action_set_enabled (widget, "resolver.undo", can_undo);
  gtk_widget_action_set_enabled (widget, "resolver.redo", can_redo);
  gtk_widget_action_set_enabled (widget, "resolver.next", open);
  gtk_widget_action_set_enabled (widget, "resolver.previous", open);
  gtk_widget_action_set_enabled (widget, "resolver.all", open);
}

static GtkWidget *
create_field_row (gpointer item,
                  gpointer user_data)
{
  TallyResolver *self = user_data;
  TallyFieldRow *row = tally_field_row_new (self->resolution, item);

  g_object_bind_property (self->bin, "narrow", row, "narrow", G_BINDING_SYNC_CREATE);

  return GTK_WIDGET (row);
}

static GtkWidget *
create_version_card (gpointer item,
                     gpointer user_data)
{
  TallyResolver *self = user_data;

  return GTK_WIDGET (tally_version_card_new (self->resolution, item));
}

/* Another conflict, or the same one as it is now; the focus goes to what is to be decided. */
static void
current_changed_cb (TallyResolver *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean had_focus = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));
  TallyResolution *resolution = NULL;

  if (self->conflicts != NULL)
    resolution = tally_conflicts_get_current (self->conflicts);
  if (!g_set_object (&self->resolution, resolution))
    return;

  g_signal_group_set_target (self->signals, resolution);
  gtk_list_box_bind_model (self->fields,
                           resolution != NULL ? tally_resolution_get_fields (resolution) : NULL,
                           create_field_row, self, NULL);
  gtk_flow_box_bind_model (self->versions,
                           resolution != NULL ? tally_resolution_get_versions (resolution) : NULL,
                           create_version_card, self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESOLUTION]);
  update_actions (self);
  if (had_focus)
    focus_first (self);
}

static void
row_activated_cb (TallyResolver *self,
                  GtkListBoxRow *row)
{
  tally_field_row_edit (TALLY_FIELD_ROW (row));
}

static void
dismiss_cb (TallyResolver *self)
{
  g_object_set (self->conflicts, "notice", NULL, NULL);
}

static gboolean
has_text_cb (TallyResolver *self,
             const char    *text)
{
  return text != NULL;
}

static char *
page_cb (TallyResolver *self,
         gboolean       whole)
{
  return g_strdup (whole ? "versions" : "fields");
}

static gboolean
not_cb (TallyResolver *self,
        gboolean       value)
{
  return !value;
}

static void
choose_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  TallyResolver *self = TALLY_RESOLVER (widget);
  TallyFieldRow *row = get_focus_row (self);
  g_autoptr (GEnumClass) klass = g_type_class_ref (TALLY_TYPE_CHOICE);
  const char *nick = g_variant_get_string (parameter, NULL);
  GEnumValue *choice = g_enum_get_value_by_nick (klass, nick);

  if (self->resolution == NULL || choice == NULL)
    return;

  if (tally_resolution_is_whole (self->resolution))
    {
      if (tally_resolution_has_version (self->resolution, nick))
        tally_resolution_take (self->resolution, nick);
    }
  else if (row != NULL)
    {
      TallyResolutionField *field = tally_field_row_get_field (row);

      tally_resolution_choose (self->resolution, tally_resolution_field_get_position (field),
                               choice->value);
      gtk_widget_grab_focus (GTK_WIDGET (row));
    }
}

static void
choose_all_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  TallyResolver *self = TALLY_RESOLVER (widget);
  gboolean local = g_str_equal (g_variant_get_string (parameter, NULL), "local");

  if (self->resolution != NULL)
    tally_resolution_choose_undecided (self->resolution,
                                       local ? TALLY_CHOICE_LOCAL : TALLY_CHOICE_SERVER);
}

static void
edit_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  TallyFieldRow *row = get_focus_row (TALLY_RESOLVER (widget));

  if (row != NULL)
    tally_field_row_edit (row);
}

static void
move_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  TallyResolver *self = TALLY_RESOLVER (widget);
  TallyFieldRow *row = get_focus_row (self);
  gboolean forward = g_str_equal (action_name, "resolver.next");
  int from = forward ? -1 : 0;
  guint position;

  if (self->resolution == NULL)
    return;

  if (row != NULL)
    from = (int) tally_resolution_field_get_position (tally_field_row_get_field (row));
  if (tally_resolution_find_undecided (self->resolution, from, forward ? 1 : -1, &position))
    focus_field (self, position);
}

static void
undo_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  TallyResolver *self = TALLY_RESOLVER (widget);

  if (self->resolution == NULL)
    return;

  if (g_str_equal (action_name, "resolver.undo"))
    tally_resolution_undo (self->resolution);
  else
    tally_resolution_redo (self->resolution);
}

static void
queue_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  TallyResolver *self = TALLY_RESOLVER (widget);

  if (self->conflicts == NULL)
    return;

  if (g_str_equal (action_name, "resolver.apply"))
    tally_conflicts_apply (self->conflicts);
  else
    tally_conflicts_skip (self->conflicts);
}

/* Whether a key is the one that also makes @keyval, with or without Shift. */
static gboolean
key_makes (GtkWidget *widget,
           guint      keycode,
           guint      keyval)
{
  g_autofree guint *keyvals = NULL;
  int n = 0;

  if (!gdk_display_map_keycode (gtk_widget_get_display (widget), keycode, NULL, &keyvals, &n))
    return FALSE;

  for (int i = 0; i < n; i++)
    if (keyvals[i] == keyval)
      return TRUE;

  return FALSE;
}

/* Ctrl+Shift+1 and Ctrl+Shift+3: with Shift a digit is another character, a different one on each
 * keyboard, and a key binding would not see the digit. */
static gboolean
key_pressed_cb (TallyResolver   *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  state)
{
  const GdkModifierType both = GDK_CONTROL_MASK | GDK_SHIFT_MASK;
  const char *side;

  if ((state & (both | GDK_ALT_MASK)) != both)
    return GDK_EVENT_PROPAGATE;

  if (key_makes (GTK_WIDGET (self), keycode, GDK_KEY_1))
    side = "local";
  else if (key_makes (GTK_WIDGET (self), keycode, GDK_KEY_3))
    side = "server";
  else
    return GDK_EVENT_PROPAGATE;

  gtk_widget_activate_action (GTK_WIDGET (self), "resolver.all", "s", side);

  return GDK_EVENT_STOP;
}

static void
set_conflicts (TallyResolver  *self,
               TallyConflicts *conflicts)
{
  if (!g_set_object (&self->conflicts, conflicts))
    return;

  g_signal_group_set_target (self->queue_signals, conflicts);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFLICTS]);
  current_changed_cb (self);
}

static gboolean
tally_resolver_grab_focus (GtkWidget *widget)
{
  focus_first (TALLY_RESOLVER (widget));

  return TRUE;
}

static void
tally_resolver_dispose (GObject *object)
{
  TallyResolver *self = TALLY_RESOLVER (object);

  if (self->fields != NULL)
    gtk_list_box_bind_model (self->fields, NULL, NULL, NULL, NULL);
  if (self->versions != NULL)
    gtk_flow_box_bind_model (self->versions, NULL, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_RESOLVER);
  g_clear_object (&self->signals);
  g_clear_object (&self->queue_signals);
  g_clear_object (&self->resolution);
  g_clear_object (&self->conflicts);

  G_OBJECT_CLASS (tally_resolver_parent_class)->dispose (object);
}

static void
tally_resolver_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TallyResolver *self = TALLY_RESOLVER (object);

  switch (prop_id)
    {
    case PROP_CONFLICTS:
      g_value_set_object (value, self->conflicts);
      break;
    case PROP_RESOLUTION:
      g_value_set_object (value, self->resolution);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_resolver_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  if (prop_id == PROP_CONFLICTS)
    set_conflicts (TALLY_RESOLVER (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

/* The keys that the shortcuts window lists. */
static void
add_keys (GtkWidgetClass *widget_class)
{
  const GdkModifierType control = GDK_CONTROL_MASK;
  const GdkModifierType both = GDK_CONTROL_MASK | GDK_SHIFT_MASK;
  static const struct { guint key; GdkModifierType mods; const char *action; const char *target; }
  keys[] = {
    { GDK_KEY_1, GDK_ALT_MASK, "resolver.choose", "local" },
    { GDK_KEY_2, GDK_ALT_MASK, "resolver.choose", "base" },
    { GDK_KEY_3, GDK_ALT_MASK, "resolver.choose", "server" },
    { GDK_KEY_F2, 0, "resolver.edit", NULL },
    { GDK_KEY_n, 0, "resolver.next", NULL },
    { GDK_KEY_p, 0, "resolver.previous", NULL },
    { GDK_KEY_z, control, "resolver.undo", NULL },
    { GDK_KEY_z, both, "resolver.redo", NULL },
    { GDK_KEY_Return, control, "resolver.apply", NULL },
    { GDK_KEY_KP_Enter, control, "resolver.apply", NULL },
    { GDK_KEY_s, control, "resolver.skip", NULL },
    { GDK_KEY_question, 0, "win.show-help-overlay", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].target != NULL)
      gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].mods,
                                           keys[i].action, "s", keys[i].target);
    else
      gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].mods,
                                           keys[i].action, NULL);
}

static void
tally_resolver_class_init (TallyResolverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_resolver_dispose;
  object_class->get_property = tally_resolver_get_property;
  object_class->set_property = tally_resolver_set_property;
  widget_class->grab_focus = tally_resolver_grab_focus;

  properties[PROP_CONFLICTS] =
    g_param_spec_object ("conflicts", NULL, NULL, TALLY_TYPE_CONFLICTS, flags | G_PARAM_WRITABLE);
  properties[PROP_RESOLUTION] =
    g_param_spec_object ("resolution", NULL, NULL, TALLY_TYPE_RESOLUTION, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "resolver.choose", "s", choose_action);
  gtk_widget_class_install_action (widget_class, "resolver.all", "s", choose_all_action);
  gtk_widget_class_install_action (widget_class, "resolver.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "resolver.next", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "resolver.previous", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "resolver.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "resolver.redo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "resolver.apply", NULL, queue_action);
  gtk_widget_class_install_action (widget_class, "resolver.skip", NULL, queue_action);
  add_keys (widget_class);

  g_type_ensure (TALLY_TYPE_RESPONSIVE_BIN);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-resolver.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyResolver, fields);
  gtk_widget_class_bind_template_child (widget_class, TallyResolver, versions);
  gtk_widget_class_bind_template_child (widget_class, TallyResolver, bin);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, dismiss_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_cb);
  gtk_widget_class_bind_template_callback (widget_class, not_cb);
}

static void
tally_resolver_init (TallyResolver *self)
{
  self->queue_signals = g_signal_group_new (TALLY_TYPE_CONFLICTS);
  g_signal_group_connect_swapped (self->queue_signals, "notify::current",
                                  G_CALLBACK (current_changed_cb), self);
  g_signal_group_connect_swapped (self->queue_signals, "notify::can-apply",
                                  G_CALLBACK (update_actions), self);
  self->signals = g_signal_group_new (TALLY_TYPE_RESOLUTION);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update_actions), self);

  gtk_widget_init_template (GTK_WIDGET (self));
  update_actions (self);
}
