/* tally-resolution-field.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-resolution-field.h"

#include <glib/gi18n.h>

/**
 * TallyResolutionField:
 *
 * One field of a conflict while a person decides it: what the sides hold, what was chosen, and the
 * words for both. Values are the records' own JSON text, character for character. Refuses to know
 * the other fields and what was chosen earlier: that is the resolution's. Main thread; cannot fail.
 */
struct _TallyResolutionField
{
  GObject parent_instance;

  TallyConflictField *source;     /* owned */
  guint               position;   /* from 0 */
  guint               n_fields;
  char               *name;

  TallyChoice         choice;
  char               *value;      /* nullable; JSON text, set with TALLY_CHOICE_VALUE only */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_BEFORE,
  PROP_LOCAL,
  PROP_SERVER,
  PROP_CHOICE,
  PROP_DECIDED,
  PROP_RESULT,
  PROP_ORIGIN,
  PROP_SPOKEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (TallyChoice, tally_choice,
                    G_DEFINE_ENUM_VALUE (TALLY_CHOICE_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (TALLY_CHOICE_BASE, "base"),
                    G_DEFINE_ENUM_VALUE (TALLY_CHOICE_LOCAL, "local"),
                    G_DEFINE_ENUM_VALUE (TALLY_CHOICE_SERVER, "server"),
                    G_DEFINE_ENUM_VALUE (TALLY_CHOICE_VALUE, "value"))

G_DEFINE_FINAL_TYPE (TallyResolutionField, tally_resolution_field, G_TYPE_OBJECT)

/* "/lines/2/qty" reads "lines › 2 › qty"; escapes of RFC 6901 undone, "~1" before "~0". */
static char *
name_from_pointer (const char *pointer)
{
  g_auto (GStrv) parts = NULL;

  if (pointer[0] != '/')
    return g_strdup (pointer);

  parts = g_strsplit (pointer + 1, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GString) part = g_string_new (parts[i]);

      g_string_replace (part, "~1", "/", 0);
      g_string_replace (part, "~0", "~", 0);
      g_free (parts[i]);
      parts[i] = g_string_free (g_steal_pointer (&part), FALSE);
    }

  return g_strjoinv (" › ", parts);
}

static const char *
side_text (TallyResolutionField *self,
           TallyChoice           choice)
{
  switch (choice)
    {
    case TALLY_CHOICE_BASE:
      return tally_conflict_field_get_before (self->source);
    case TALLY_CHOICE_LOCAL:
      return tally_conflict_field_get_local (self->source);
    case TALLY_CHOICE_SERVER:
      return tally_conflict_field_get_server (self->source);
    case TALLY_CHOICE_VALUE:
      return self->value;
    case TALLY_CHOICE_NONE:
    default:
      return NULL;
    }
}

/* What is seen and what is heard where a side does not have the field at all. */
static const char *
shown_text (const char *text)
{
  return text != NULL ? text : _("not there");
}

static void
tally_resolution_field_finalize (GObject *object)
{
  TallyResolutionField *self = TALLY_RESOLUTION_FIELD (object);

  g_clear_object (&self->source);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->value, g_free);

  G_OBJECT_CLASS (tally_resolution_field_parent_class)->finalize (object);
}

static void
tally_resolution_field_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  TallyResolutionField *self = TALLY_RESOLUTION_FIELD (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_BEFORE:
      g_value_set_string (value, shown_text (side_text (self, TALLY_CHOICE_BASE)));
      break;
    case PROP_LOCAL:
      g_value_set_string (value, shown_text (side_text (self, TALLY_CHOICE_LOCAL)));
      break;
    case PROP_SERVER:
      g_value_set_string (value, shown_text (side_text (self, TALLY_CHOICE_SERVER)));
      break;
    case PROP_CHOICE:
      g_value_set_enum (value, self->choice);
      break;
    case PROP_DECIDED:
      g_value_set_boolean (value, self->choice != TALLY_CHOICE_NONE);
      break;
    case PROP_RESULT:
      g_value_take_string (value, tally_resolution_field_dup_result (self));
      break;
    case PROP_ORIGIN:
      g_value_take_string (value, tally_resolution_field_dup_origin (self));
      break;
    case PROP_SPOKEN:
      g_value_take_string (value, tally_resolution_field_dup_spoken (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_resolution_field_class_init (TallyResolutionFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_resolution_field_finalize;
  object_class->get_property = tally_resolution_field_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_BEFORE] = g_param_spec_string ("before", NULL, NULL, NULL, flags);
  properties[PROP_LOCAL] = g_param_spec_string ("local", NULL, NULL, NULL, flags);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  properties[PROP_CHOICE] =
    g_param_spec_enum ("choice", NULL, NULL, TALLY_TYPE_CHOICE, TALLY_CHOICE_NONE, flags);
  properties[PROP_DECIDED] = g_param_spec_boolean ("decided", NULL, NULL, FALSE, flags);
  properties[PROP_RESULT] = g_param_spec_string ("result", NULL, NULL, NULL, flags);
  properties[PROP_ORIGIN] = g_param_spec_string ("origin", NULL, NULL, NULL, flags);
  properties[PROP_SPOKEN] = g_param_spec_string ("spoken", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_resolution_field_init (TallyResolutionField *self)
{
}

/**
 * tally_resolution_field_new:
 * @source: the field as the conflict has it
 * @position: its place among the fields, from 0
 * @n_fields: how many there are
 *
 * A field changed on one side only comes decided: nobody disagrees about it.
 *
 * Returns: (transfer full): the field
 */
TallyResolutionField *
tally_resolution_field_new (TallyConflictField *source,
                            guint               position,
                            guint               n_fields)
{
  TallyResolutionField *self;
  const char *verdict;

  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (source), NULL);

  self = g_object_new (TALLY_TYPE_RESOLUTION_FIELD, NULL);
  self->source = g_object_ref (source);
  self->position = position;
  self->n_fields = n_fields;
  self->name = name_from_pointer (tally_conflict_field_get_pointer (source));

  verdict = tally_conflict_field_get_verdict (source);
  if (g_strcmp0 (verdict, "local") == 0)
    self->choice = TALLY_CHOICE_LOCAL;
  else if (g_strcmp0 (verdict, "server") == 0 || g_strcmp0 (verdict, "equal") == 0)
    self->choice = TALLY_CHOICE_SERVER;

  return self;
}

TallyConflictField *
tally_resolution_field_get_source (TallyResolutionField *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  return self->source;
}

const char *
tally_resolution_field_get_name (TallyResolutionField *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  return self->name;
}

guint
tally_resolution_field_get_position (TallyResolutionField *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), 0);

  return self->position;
}

TallyChoice
tally_resolution_field_get_choice (TallyResolutionField *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), TALLY_CHOICE_NONE);

  return self->choice;
}

/**
 * tally_resolution_field_get_value:
 * @self: a field
 *
 * Returns: (nullable) (transfer none): JSON text that was entered, %NULL unless that is the choice
 */
const char *
tally_resolution_field_get_value (TallyResolutionField *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  return self->value;
}

/**
 * tally_resolution_field_get_side:
 * @self: a field
 * @choice: a side
 *
 * Returns: (nullable) (transfer none): the side's JSON text, %NULL where it does not have the field
 */
const char *
tally_resolution_field_get_side (TallyResolutionField *self,
                                 TallyChoice           choice)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  return side_text (self, choice);
}

/**
 * tally_resolution_field_dup_result:
 * @self: a field
 *
 * Returns: (transfer full): what the record will hold, in words where it is not a value
 */
char *
tally_resolution_field_dup_result (TallyResolutionField *self)
{
  const char *text;

  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  if (self->choice == TALLY_CHOICE_NONE)
    return g_strdup (_("Choose or enter…"));

  text = side_text (self, self->choice);
  return g_strdup (text != NULL ? text : _("Field is removed"));
}

/**
 * tally_resolution_field_dup_origin:
 * @self: a field
 *
 * Returns: (transfer full): where the result comes from and, if nobody disagrees, that it is so
 */
char *
tally_resolution_field_dup_origin (TallyResolutionField *self)
{
  const char *verdict;

  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  verdict = tally_conflict_field_get_verdict (self->source);
  switch (self->choice)
    {
    case TALLY_CHOICE_BASE:
      return g_strdup (_("As before"));
    case TALLY_CHOICE_LOCAL:
      if (g_strcmp0 (verdict, "local") == 0)
        return g_strdup (_("Changed only on this computer"));
      return g_strdup (_("From this computer"));
    case TALLY_CHOICE_SERVER:
      if (g_strcmp0 (verdict, "server") == 0)
        return g_strdup (_("Changed only on the server"));
      if (g_strcmp0 (verdict, "equal") == 0)
        return g_strdup (_("The same on both sides"));
      return g_strdup (_("From the server"));
    case TALLY_CHOICE_VALUE:
      return g_strdup (_("Entered by you"));
    case TALLY_CHOICE_NONE:
    default:
      return g_strdup (_("Undecided: changed on both sides"));
    }
}

/**
 * tally_resolution_field_dup_spoken:
 * @self: a field
 *
 * Returns: (transfer full): the whole row as one sentence for a screen reader
 */
char *
tally_resolution_field_dup_spoken (TallyResolutionField *self)
{
  g_autofree char *origin = NULL;
  g_autofree char *decision = NULL;

  g_return_val_if_fail (TALLY_IS_RESOLUTION_FIELD (self), NULL);

  origin = tally_resolution_field_dup_origin (self);
  if (self->choice == TALLY_CHOICE_NONE)
    {
      decision = g_steal_pointer (&origin);
    }
  else
    {
      g_autofree char *result = tally_resolution_field_dup_result (self);

      /* Translators: the result of a field and where it comes from, to be spoken */
      decision = g_strdup_printf (_("Result %s. %s"), result, origin);
    }

  /* Translators: one row of the conflict resolver as it is spoken: the field's name, its value on
   * this computer, on the server, before, what was decided, position, number of fields */
  return g_strdup_printf (_("%s. This computer %s, server %s, before %s. %s. Field %u of %u"),
                          self->name,
                          shown_text (side_text (self, TALLY_CHOICE_LOCAL)),
                          shown_text (side_text (self, TALLY_CHOICE_SERVER)),
                          shown_text (side_text (self, TALLY_CHOICE_BASE)),
                          decision, self->position + 1, self->n_fields);
}

/**
 * tally_resolution_field_set:
 * @self: a field
 * @choice: where the result comes from
 * @value: (nullable): JSON text, with %TALLY_CHOICE_VALUE only
 */
void
tally_resolution_field_set (TallyResolutionField *self,
                            TallyChoice           choice,
                            const char           *value)
{
  char *copy;

  g_return_if_fail (TALLY_IS_RESOLUTION_FIELD (self));
  g_return_if_fail ((choice == TALLY_CHOICE_VALUE) == (value != NULL));

  if (self->choice == choice && g_strcmp0 (self->value, value) == 0)
    return;

  copy = g_strdup (value);
  g_free (self->value);
  self->value = copy;
  self->choice = choice;

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOICE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DECIDED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESULT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ORIGIN]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPOKEN]);
  g_object_thaw_notify (G_OBJECT (self));
}
