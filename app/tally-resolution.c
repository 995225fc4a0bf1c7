/* tally-resolution.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-resolution-private.h"

#include "tally-value.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>

/**
 * TallyResolution:
 *
 * What a person has decided about one conflict so far: field by field, or one whole version where
 * fields cannot be mixed (deletions, attachments, forks). Every decision can be undone and redone.
 * Refuses to know how it is sent; nothing here changes the record. Main thread; cannot fail.
 *
 * Properties: "title", "explanation", "whole", "take", "n-decided", "n-fields", "complete",
 * "progress", "can-undo", "can-redo".
 */
enum
{
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_EXPLANATION,
  PROP_WHOLE,
  PROP_TAKE,
  PROP_N_DECIDED,
  PROP_N_FIELDS,
  PROP_COMPLETE,
  PROP_PROGRESS,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyResolution, tally_resolution, G_TYPE_OBJECT)

static TallyResolutionField *
get_field (TallyResolution *self,
           guint            position)
{
  g_autoptr (TallyResolutionField) field = NULL;

  field = g_list_model_get_item (G_LIST_MODEL (self->fields), position);

  return field;   /* the store keeps it */
}

static void
notify_decisions (TallyResolution *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAKE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DECIDED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_REDO]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
apply_move (TallyResolution *self,
            const TallyMove *move,
            int              to)
{
  if (move->field < 0)
    {
      g_free (self->take);
      self->take = g_strdup (move->value[to]);
    }
  else
    {
      tally_resolution_field_set (get_field (self, move->field), move->choice[to],
                                  move->value[to]);
    }
}

/* Takes the step: makes its moves and remembers it. */
void
tally_resolution_do_step (TallyResolution *self,
                          TallyStep       *step)
{
  if (step->len == 0)
    {
      g_ptr_array_unref (step);
      return;
    }

  for (guint i = 0; i < step->len; i++)
    apply_move (self, g_ptr_array_index (step, i), 1);
  g_ptr_array_add (self->undo, step);
  g_ptr_array_set_size (self->redo, 0);
  notify_decisions (self);
}

static char *
make_explanation (TallyResolution *self)
{
  const char *kind = tally_conflict_item_get_kind (self->item);
  gboolean local = tally_conflict_item_get_local (self->item) != NULL;

  if (g_strcmp0 (kind, "delete") == 0)
    return g_strdup (local ? _("Changed on this computer, deleted on the server.")
                           : _("Deleted on this computer, changed on the server."));
  if (g_strcmp0 (kind, "create") == 0)
    return g_strdup (_("Made on this computer and on the server under the same name."));
  if (g_strcmp0 (kind, "attachments") == 0)
    return g_strdup (_("The attachments differ. They are never mixed: take one version whole."));
  if (g_strcmp0 (kind, "fork") == 0)
    {
      guint n = tally_conflict_item_get_versions (self->item)->len;

      return g_strdup_printf (ngettext ("The server holds %u version of this record.",
                                        "The server holds %u versions of this record.", n), n);
    }

  return g_strdup (_("Changed on this computer and on the server."));
}

static char *
make_progress (TallyResolution *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->fields));

  if (self->whole)
    return g_strdup (self->take != NULL ? _("Version chosen") : _("Choose a version"));

  /* Translators: fields decided, fields in all */
  return g_strdup_printf (ngettext ("Decided %u of %u field", "Decided %u of %u fields", n),
                          tally_resolution_get_n_decided (self), n);
}

static void
tally_resolution_finalize (GObject *object)
{
  TallyResolution *self = TALLY_RESOLUTION (object);

  g_clear_object (&self->item);
  g_clear_object (&self->fields);
  g_clear_object (&self->versions);
  g_clear_pointer (&self->take, g_free);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);

  G_OBJECT_CLASS (tally_resolution_parent_class)->finalize (object);
}

static void
tally_resolution_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  TallyResolution *self = TALLY_RESOLUTION (object);

  switch (prop_id)
    {
    case PROP_ID:
    case PROP_TITLE:
      g_value_set_string (value, tally_resolution_get_id (self));
      break;
    case PROP_EXPLANATION:
      g_value_take_string (value, make_explanation (self));
      break;
    case PROP_WHOLE:
      g_value_set_boolean (value, self->whole);
      break;
    case PROP_TAKE:
      g_value_set_string (value, self->take);
      break;
    case PROP_N_DECIDED:
      g_value_set_uint (value, tally_resolution_get_n_decided (self));
      break;
    case PROP_N_FIELDS:
      g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (self->fields)));
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, tally_resolution_is_complete (self));
      break;
    case PROP_PROGRESS:
      g_value_take_string (value, make_progress (self));
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, self->undo->len > 0);
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, self->redo->len > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_resolution_class_init (TallyResolutionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_resolution_finalize;
  object_class->get_property = tally_resolution_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_EXPLANATION] = g_param_spec_string ("explanation", NULL, NULL, NULL, flags);
  properties[PROP_WHOLE] = g_param_spec_boolean ("whole", NULL, NULL, FALSE, flags);
  properties[PROP_TAKE] = g_param_spec_string ("take", NULL, NULL, NULL, flags);
  properties[PROP_N_DECIDED] =
    g_param_spec_uint ("n-decided", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_FIELDS] =
    g_param_spec_uint ("n-fields", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE, flags);
  properties[PROP_PROGRESS] = g_param_spec_string ("progress", NULL, NULL, NULL, flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_resolution_init (TallyResolution *self)
{
  self->fields = g_list_store_new (TALLY_TYPE_RESOLUTION_FIELD);
  self->versions = g_list_store_new (TALLY_TYPE_RESOLUTION_VERSION);
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
}

static void
add_version (TallyResolution *self,
             const char      *take,
             const char      *title,
             const char      *body)
{
  g_autoptr (TallyResolutionVersion) version = tally_resolution_version_new (take, title, body);

  g_list_store_append (self->versions, version);
}

/* The server's versions by number, its winner first; this computer's only where it is another. */
static void
add_fork_versions (TallyResolution *self)
{
  GPtrArray *versions = tally_conflict_item_get_versions (self->item);
  const char *local = tally_conflict_item_get_local (self->item);
  gboolean same = local == NULL;

  for (guint i = 0; i < versions->len; i++)
    {
      TallyConflictVersion *version = g_ptr_array_index (versions, i);
      const char *body = version->deleted ? NULL : version->body;
      g_autofree char *take = g_strdup_printf ("%u", i + 1);
      g_autofree char *title = NULL;

      /* Translators: one of several versions of a record on the server */
      title = g_strdup_printf (i == 0 ? _("Version %u (server shows this)") : _("Version %u"),
                               i + 1);
      add_version (self, take, title, body);
      same = same || g_strcmp0 (body, local) == 0;
    }

  if (!same)
    add_version (self, "local", _("This computer"), local);
}

static void
add_side_versions (TallyResolution *self)
{
  const char *base = tally_conflict_item_get_base (self->item);

  if (base != NULL)
    add_version (self, "base", _("Before"), base);
  add_version (self, "local", _("This computer"), tally_conflict_item_get_local (self->item));
  add_version (self, "server", _("Server"), tally_conflict_item_get_server (self->item));
}

static gboolean
item_is_whole (TallyConflictItem *item)
{
  const char *kind = tally_conflict_item_get_kind (item);

  return tally_conflict_item_get_versions (item)->len > 0 ||
         g_strcmp0 (kind, "delete") == 0 ||
         g_strcmp0 (kind, "attachments") == 0 ||
         g_strcmp0 (kind, "fork") == 0 ||
         g_list_model_get_n_items (tally_conflict_item_get_fields (item)) == 0;
}

/**
 * tally_resolution_new:
 * @item: the conflict as it was shown
 *
 * Starts with what nobody disagrees about decided and the rest open.
 *
 * Returns: (transfer full): the resolution
 */
TallyResolution *
tally_resolution_new (TallyConflictItem *item)
{
  TallyResolution *self;
  GListModel *sources;
  guint n;

  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (item), NULL);

  self = g_object_new (TALLY_TYPE_RESOLUTION, NULL);
  self->item = g_object_ref (item);
  self->whole = item_is_whole (item);

  if (tally_conflict_item_get_versions (item)->len > 0)
    add_fork_versions (self);
  else if (self->whole)
    add_side_versions (self);

  if (self->whole)
    return self;

  sources = tally_conflict_item_get_fields (item);
  n = g_list_model_get_n_items (sources);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TallyConflictField) source = g_list_model_get_item (sources, i);
      g_autoptr (TallyResolutionField) field = tally_resolution_field_new (source, i, n);

      g_list_store_append (self->fields, field);
    }

  return self;
}

TallyConflictItem *
tally_resolution_get_item (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  return self->item;
}

const char *
tally_resolution_get_id (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  return tally_conflict_item_get_id (self->item);
}

GListModel *
tally_resolution_get_fields (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  return G_LIST_MODEL (self->fields);
}

GListModel *
tally_resolution_get_versions (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  return G_LIST_MODEL (self->versions);
}

gboolean
tally_resolution_is_whole (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), FALSE);

  return self->whole;
}

guint
tally_resolution_get_n_decided (TallyResolution *self)
{
  guint n_decided = 0;
  guint n;

  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), 0);

  n = g_list_model_get_n_items (G_LIST_MODEL (self->fields));
  for (guint i = 0; i < n; i++)
    n_decided += tally_resolution_field_get_choice (get_field (self, i)) != TALLY_CHOICE_NONE;

  return n_decided;
}

/**
 * tally_resolution_is_complete:
 * @self: a resolution
 *
 * Returns: whether it can be applied: every field is decided, or a version is chosen
 */
gboolean
tally_resolution_is_complete (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), FALSE);

  if (self->whole)
    return self->take != NULL;

  return tally_resolution_get_n_decided (self) ==
         g_list_model_get_n_items (G_LIST_MODEL (self->fields));
}

/**
 * tally_resolution_get_take:
 * @self: a resolution
 *
 * Returns: (nullable) (transfer none): the version to take, %NULL while none is chosen
 */
const char *
tally_resolution_get_take (TallyResolution *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  return self->take;
}

/**
 * tally_resolution_choose:
 * @self: a resolution
 * @field: position of a field
 * @choice: a side, or %TALLY_CHOICE_NONE to open it again
 */
void
tally_resolution_choose (TallyResolution *self,
                         guint            field,
                         TallyChoice      choice)
{
  TallyStep *step;

  g_return_if_fail (TALLY_IS_RESOLUTION (self));
  g_return_if_fail (choice != TALLY_CHOICE_VALUE);
  g_return_if_fail (field < g_list_model_get_n_items (G_LIST_MODEL (self->fields)));

  step = tally_step_new ();
  tally_step_add_field (step, get_field (self, field), choice, NULL);
  tally_resolution_do_step (self, step);
}

/**
 * tally_resolution_enter:
 * @self: a resolution
 * @field: position of a field
 * @text: what was typed
 * @message: (out) (optional): why it is no value, translated
 *
 * Decides a field with a value of its own. White space outside strings goes, every other
 * character stays as typed.
 *
 * Returns: whether @text was taken
 */
gboolean
tally_resolution_enter (TallyResolution  *self,
                        guint             field,
                        const char       *text,
                        char            **message)
{
  g_autofree char *compact = NULL;
  TallyStep *step;

  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), FALSE);
  g_return_val_if_fail (field < g_list_model_get_n_items (G_LIST_MODEL (self->fields)), FALSE);

  if (!tally_value_check (text, message))
    return FALSE;

  compact = tally_json_text_compact (text, -1, NULL);
  step = tally_step_new ();
  tally_step_add_field (step, get_field (self, field), TALLY_CHOICE_VALUE, compact);
  tally_resolution_do_step (self, step);

  return TRUE;
}

/**
 * tally_resolution_choose_undecided:
 * @self: a resolution
 * @choice: a side
 *
 * Decides every open field alike, as one step. What was decided stays.
 */
void
tally_resolution_choose_undecided (TallyResolution *self,
                                   TallyChoice      choice)
{
  TallyStep *step;
  guint n;

  g_return_if_fail (TALLY_IS_RESOLUTION (self));
  g_return_if_fail (choice != TALLY_CHOICE_VALUE);

  step = tally_step_new ();
  n = g_list_model_get_n_items (G_LIST_MODEL (self->fields));
  for (guint i = 0; i < n; i++)
    {
      TallyResolutionField *field = get_field (self, i);

      if (tally_resolution_field_get_choice (field) == TALLY_CHOICE_NONE)
        tally_step_add_field (step, field, choice, NULL);
    }
  tally_resolution_do_step (self, step);
}

/**
 * tally_resolution_take:
 * @self: a resolution
 * @take: (nullable): a version's word, %NULL for none
 */
void
tally_resolution_take (TallyResolution *self,
                       const char      *take)
{
  TallyStep *step;

  g_return_if_fail (TALLY_IS_RESOLUTION (self));
  g_return_if_fail (self->whole);

  if (g_strcmp0 (self->take, take) == 0)
    return;

  step = tally_step_new ();
  tally_step_add_take (step, self->take, take);
  tally_resolution_do_step (self, step);
}

/**
 * tally_resolution_find_undecided:
 * @self: a resolution
 * @from: position to start beside, -1 for before the first
 * @direction: 1 or -1
 * @found: (out): the field
 *
 * Looks round the corner: after the last field comes the first.
 *
 * Returns: whether any field is open
 */
gboolean
tally_resolution_find_undecided (TallyResolution *self,
                                 int              from,
                                 int              direction,
                                 guint           *found)
{
  int n;

  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), FALSE);
  g_return_val_if_fail (direction == 1 || direction == -1, FALSE);

  n = g_list_model_get_n_items (G_LIST_MODEL (self->fields));
  for (int i = 1; i <= n; i++)
    {
      int at = ((from + direction * i) % n + n) % n;

      if (tally_resolution_field_get_choice (get_field (self, at)) == TALLY_CHOICE_NONE)
        {
          *found = at;
          return TRUE;
        }
    }

  return FALSE;
}

static void
move_step (TallyResolution *self,
           GPtrArray       *from,
           GPtrArray       *to,
           int              side)
{
  TallyStep *step;

  if (from->len == 0)
    return;

  step = g_ptr_array_steal_index (from, from->len - 1);
  for (guint i = 0; i < step->len; i++)
    apply_move (self, g_ptr_array_index (step, i), side);
  g_ptr_array_add (to, step);
  notify_decisions (self);
}

void
tally_resolution_undo (TallyResolution *self)
{
  g_return_if_fail (TALLY_IS_RESOLUTION (self));

  move_step (self, self->undo, self->redo, 0);
}

void
tally_resolution_redo (TallyResolution *self)
{
  g_return_if_fail (TALLY_IS_RESOLUTION (self));

  move_step (self, self->redo, self->undo, 1);
}

/**
 * tally_resolution_to_variant:
 * @self: a complete resolution
 *
 * Returns: (transfer floating): pointer, side and JSON text of every field, for Resolve
 */
GVariant *
tally_resolution_to_variant (TallyResolution *self)
{
  GVariantBuilder builder;
  guint n;

  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  n = g_list_model_get_n_items (G_LIST_MODEL (self->fields));
  for (guint i = 0; i < n; i++)
    {
      TallyResolutionField *field = get_field (self, i);
      const char *value = tally_resolution_field_get_value (field);
      g_autoptr (GEnumClass) klass = g_type_class_ref (TALLY_TYPE_CHOICE);
      GEnumValue *choice;

      choice = g_enum_get_value (klass, tally_resolution_field_get_choice (field));
      g_variant_builder_add (&builder, "(sss)",
                             tally_conflict_field_get_pointer (
                               tally_resolution_field_get_source (field)),
                             choice->value_nick, value != NULL ? value : "");
    }

  return g_variant_builder_end (&builder);
}
